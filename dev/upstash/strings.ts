import { at, type Command, decimal, float, integer, options, pairs } from "./arguments.ts";
import { OK, RedisError, type Reply } from "./reply.ts";
import { type Store, Text } from "./store.ts";

const TIMES = ["EX", "PX", "EXAT", "PXAT"];

/** Commands on strings. */
export const STRINGS: Record<string, Command> = {
  GET: (args, store) => get(store, at(args, 0)),
  SET: (args, store) => {
    const given = options(args.slice(2), ["NX", "XX", "GET", "KEEPTTL"], TIMES);
    const [key, text] = [at(args, 0), at(args, 1)];
    const before = given.has("GET") ? get(store, key) : null;
    const known = store.find(key);
    if (given.has("NX") && known !== undefined || given.has("XX") && known === undefined) {
      return before;
    }
    set(store, key, text, given.has("KEEPTTL") ? known?.expiresAt : deadline(given));
    return given.has("GET") ? before : OK;
  },
  SETEX: (args, store) => {
    set(store, at(args, 0), at(args, 2), Date.now() + 1000 * positive(at(args, 1)));
    return OK;
  },
  PSETEX: (args, store) => {
    set(store, at(args, 0), at(args, 2), Date.now() + positive(at(args, 1)));
    return OK;
  },
  SETNX: (args, store) => {
    if (store.find(at(args, 0)) !== undefined) return 0;
    set(store, at(args, 0), at(args, 1));
    return 1;
  },
  GETSET: (args, store) => {
    const before = get(store, at(args, 0));
    set(store, at(args, 0), at(args, 1));
    return before;
  },
  GETDEL: (args, store) => {
    const before = get(store, at(args, 0));
    store.delete(at(args, 0));
    return before;
  },
  GETEX: (args, store) => {
    const entry = store.find(at(args, 0));
    const given = options(args.slice(1), ["PERSIST"], TIMES);
    if (entry !== undefined && given.size > 0) entry.expiresAt = deadline(given);
    return get(store, at(args, 0));
  },
  MGET: (args, store) =>
    args.map((key) => {
      const value = store.find(key)?.value;
      return value instanceof Text ? value.text : null;
    }),
  MSET: (args, store) => {
    for (const [key, text] of pairs(args)) set(store, key, text);
    return OK;
  },
  APPEND: (args, store) => {
    const value = store.open(at(args, 0), Text);
    value.text += at(args, 1);
    return bytes(value.text);
  },
  STRLEN: (args, store) => bytes(store.read(at(args, 0), Text)?.text ?? ""),
  INCR: (args, store) => increase(store, at(args, 0), 1),
  DECR: (args, store) => increase(store, at(args, 0), -1),
  INCRBY: (args, store) => increase(store, at(args, 0), integer(at(args, 1))),
  DECRBY: (args, store) => increase(store, at(args, 0), -integer(at(args, 1))),
  INCRBYFLOAT: (args, store) => {
    const value = store.open(at(args, 0), Text);
    return value.text = decimal(float(value.text || "0") + float(at(args, 1)));
  },
};

function get(store: Store, key: string): string | null {
  return store.read(key, Text)?.text ?? null;
}

function set(store: Store, key: string, text: string, expiresAt?: number): void {
  const value = new Text();
  value.text = text;
  store.put(key, value, expiresAt);
}

function increase(store: Store, key: string, by: number): Reply {
  const value = store.open(key, Text);
  const sum = integer(value.text || "0") + by;
  if (!Number.isSafeInteger(sum)) {
    throw new RedisError("ERR increment or decrement would overflow");
  }
  value.text = String(sum);
  return sum;
}

function deadline(given: Map<string, string>): number | undefined {
  for (
    const [name, unitMs, base] of [["EX", 1000, 1], ["PX", 1, 1], ["EXAT", 1000, 0], [
      "PXAT",
      1,
      0,
    ]] as const
  ) {
    const text = given.get(name);
    if (text !== undefined) return base * Date.now() + unitMs * positive(text);
  }
  return undefined;
}

function positive(text: string): number {
  const value = integer(text);
  if (value > 0) return value;
  throw new RedisError("ERR invalid expire time");
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
