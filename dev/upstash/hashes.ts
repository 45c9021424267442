import { at, type Command, decimal, float, integer, options, pairs } from "./arguments.ts";
import { matching } from "./keys.ts";
import { OK } from "./reply.ts";
import { Hash, type Store } from "./store.ts";

/** Commands on hashes. */
export const HASHES: Record<string, Command> = {
  HGET: (args, store) => read(store, args).get(at(args, 1)) ?? null,
  HSET: (args, store) => write(store, args),
  HMSET: (args, store) => (write(store, args), OK),
  HSETNX: (args, store) => {
    if (read(store, args).has(at(args, 1))) return 0;
    return write(store, args.slice(0, 3));
  },
  HMGET: (args, store) => {
    const hash = read(store, args);
    return args.slice(1).map((field) => hash.get(field) ?? null);
  },
  HGETALL: (args, store) => [...read(store, args)].flat(),
  HKEYS: (args, store) => [...read(store, args).keys()],
  HVALS: (args, store) => [...read(store, args).values()],
  HLEN: (args, store) => read(store, args).size,
  HEXISTS: (args, store) => read(store, args).has(at(args, 1)) ? 1 : 0,
  HDEL: (args, store) => {
    const hash = read(store, args);
    const count = args.slice(1).filter((field) => hash.delete(field)).length;
    if (hash.size === 0) store.delete(at(args, 0));
    return count;
  },
  HINCRBY: (args, store) => {
    const hash = store.open(at(args, 0), Hash);
    const sum = integer(hash.get(at(args, 1)) ?? "0") + integer(at(args, 2));
    hash.set(at(args, 1), String(sum));
    return sum;
  },
  HINCRBYFLOAT: (args, store) => {
    const hash = store.open(at(args, 0), Hash);
    const sum = decimal(float(hash.get(at(args, 1)) ?? "0") + float(at(args, 2)));
    hash.set(at(args, 1), sum);
    return sum;
  },
  HSCAN: (args, store) => {
    const hash = read(store, args);
    const pattern = options(args.slice(2), [], ["MATCH", "COUNT"]).get("MATCH") ?? "*";
    return ["0", matching([...hash.keys()], pattern).flatMap((key) => [key, hash.get(key) ?? ""])];
  },
};

function read(store: Store, args: string[]): Hash {
  return store.read(at(args, 0), Hash) ?? new Hash();
}

function write(store: Store, args: string[]): number {
  const fields = pairs(args.slice(1));
  const hash = store.open(at(args, 0), Hash);
  const before = hash.size;
  for (const [field, text] of fields) hash.set(field, text);
  return hash.size - before;
}
