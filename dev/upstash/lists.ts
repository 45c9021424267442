import { at, type Command, integer, slice } from "./arguments.ts";
import { OK, type Reply } from "./reply.ts";
import { List, type Store } from "./store.ts";

/** Commands on lists, except those that wait. */
export const LISTS: Record<string, Command> = {
  LPUSH: (args, store) => store.open(at(args, 0), List).unshift(...args.slice(1).reverse()),
  RPUSH: (args, store) => store.open(at(args, 0), List).push(...args.slice(1)),
  LPOP: (args, store) => pop(store, args, (list, count) => list.splice(0, count)),
  RPOP: (args, store) =>
    pop(store, args, (list, count) => list.splice(Math.max(0, list.length - count)).reverse()),
  LLEN: (args, store) => read(store, args).length,
  LINDEX: (args, store) => read(store, args).at(integer(at(args, 1))) ?? null,
  LRANGE: (args, store) => {
    const list = read(store, args);
    return Array.from(list).slice(...slice(at(args, 1), at(args, 2), list.length));
  },
  LTRIM: (args, store) => {
    const list = read(store, args);
    const [from, to] = slice(at(args, 1), at(args, 2), list.length);
    list.splice(Math.max(from, to));
    list.splice(0, from);
    if (list.length === 0) store.delete(at(args, 0));
    return OK;
  },
};

function read(store: Store, args: string[]): List {
  return store.read(at(args, 0), List) ?? new List();
}

function pop(store: Store, args: string[], take: (list: List, count: number) => string[]): Reply {
  const list = read(store, args);
  const popped = Array.from(take(list, args[1] === undefined ? 1 : integer(args[1])));
  if (list.length === 0) store.delete(at(args, 0));
  if (args[1] === undefined) return popped[0] ?? null;
  return popped.length === 0 ? null : popped;
}
