import { at, type Command, integer, options } from "./arguments.ts";
import { matching } from "./keys.ts";
import { Members, type Store } from "./store.ts";

type Combine = (a: Set<string>, b: Set<string>) => Set<string>;

const union: Combine = (a, b) => a.union(b);
const difference: Combine = (a, b) => a.difference(b);
const intersection: Combine = (a, b) => a.intersection(b);

/** Commands on sets. */
export const SETS: Record<string, Command> = {
  SADD: (args, store) => {
    at(args, 1);
    const members = store.open(at(args, 0), Members);
    const before = members.size;
    for (const member of args.slice(1)) members.add(member);
    return members.size - before;
  },
  SREM: (args, store) => {
    const members = read(store, at(args, 0));
    const count = args.slice(1).filter((member) => members.delete(member)).length;
    if (members.size === 0) store.delete(at(args, 0));
    return count;
  },
  SMEMBERS: (args, store) => [...read(store, at(args, 0))],
  SISMEMBER: (args, store) => read(store, at(args, 0)).has(at(args, 1)) ? 1 : 0,
  SMISMEMBER: (args, store) => {
    const members = read(store, at(args, 0));
    return args.slice(1).map((member) => members.has(member) ? 1 : 0);
  },
  SCARD: (args, store) => read(store, at(args, 0)).size,
  SPOP: (args, store) => {
    const members = read(store, at(args, 0));
    const count = args[1] === undefined ? 1 : integer(args[1]);
    const popped = [...members].sort(() => Math.random() - 0.5).slice(0, count);
    for (const member of popped) members.delete(member);
    if (members.size === 0) store.delete(at(args, 0));
    return args[1] === undefined ? popped[0] ?? null : popped;
  },
  SSCAN: (args, store) => {
    const pattern = options(args.slice(2), [], ["MATCH", "COUNT"]).get("MATCH") ?? "*";
    return ["0", matching([...read(store, at(args, 0))], pattern)];
  },
  SUNION: (args, store) => [...combine(store, args, union)],
  SDIFF: (args, store) => [...combine(store, args, difference)],
  SINTER: (args, store) => [...combine(store, args, intersection)],
  SUNIONSTORE: (args, store) => keep(store, args, union),
  SDIFFSTORE: (args, store) => keep(store, args, difference),
  SINTERSTORE: (args, store) => keep(store, args, intersection),
};

function read(store: Store, key: string): Members {
  return store.read(key, Members) ?? new Members();
}

function combine(store: Store, keys: string[], by: Combine): Set<string> {
  const [first = new Members(), ...others] = [at(keys, 0), ...keys.slice(1)].map((key) =>
    read(store, key)
  );
  return others.reduce(by, first);
}

function keep(store: Store, [target = "", ...keys]: string[], by: Combine): number {
  const members = combine(store, keys, by);
  if (members.size === 0) store.delete(target);
  else store.put(target, new Members(members));
  return members.size;
}
