import { at, type Command, glob, integer, options } from "./arguments.ts";
import { OK, type Reply, Status } from "./reply.ts";
import { Hash, List, Members, Scores, type Store, Text } from "./store.ts";

const del: Command = (args, store) => args.filter((key) => store.delete(key)).length;

/** Commands on keys of any type, and on the whole. */
export const KEYS: Record<string, Command> = {
  PING: (args) => args[0] ?? new Status("PONG"),
  ECHO: (args) => at(args, 0),
  TIME: () => {
    const now = Date.now();
    return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
  },
  DEL: del,
  UNLINK: del,
  EXISTS: (args, store) => args.filter((key) => store.find(key) !== undefined).length,
  TYPE: (args, store) => new Status(typeOf(store, at(args, 0))),
  EXPIRE: (args, store) => expire(store, args, Date.now() + 1000 * integer(at(args, 1))),
  PEXPIRE: (args, store) => expire(store, args, Date.now() + integer(at(args, 1))),
  EXPIREAT: (args, store) => expire(store, args, 1000 * integer(at(args, 1))),
  PEXPIREAT: (args, store) => expire(store, args, integer(at(args, 1))),
  TTL: (args, store) => remaining(store, at(args, 0), 1000),
  PTTL: (args, store) => remaining(store, at(args, 0), 1),
  PERSIST: (args, store) => {
    const entry = store.find(at(args, 0));
    if (entry?.expiresAt === undefined) return 0;
    entry.expiresAt = undefined;
    return 1;
  },
  RENAME: (args, store) => {
    const entry = store.find(at(args, 0));
    if (entry === undefined) return OK;
    store.put(at(args, 1), entry.value, entry.expiresAt);
    if (args[0] !== args[1]) store.delete(at(args, 0));
    return OK;
  },
  KEYS: (args, store) => matching(store.keys(), at(args, 0)),
  SCAN: (args, store) => {
    const found = options(args.slice(1), [], ["MATCH", "COUNT", "TYPE"]);
    const type = found.get("TYPE");
    const keys = matching(store.keys(), found.get("MATCH") ?? "*");
    return ["0", type === undefined ? keys : keys.filter((key) => typeOf(store, key) === type)];
  },
  DBSIZE: (_, store) => store.keys().length,
  FLUSHDB: (_, store) => (store.clear(), OK),
  FLUSHALL: (_, store) => (store.clear(), OK),
};

/** What of `names` a glob matches: the whole of a SCAN in one go, which its contract allows. */
export function matching(names: string[], pattern: string): string[] {
  const expression = glob(pattern);
  return names.filter((name) => expression.test(name));
}

function expire(store: Store, args: string[], expiresAt: number): Reply {
  const entry = store.find(at(args, 0));
  if (entry === undefined) return 0;
  const given = options(args.slice(2), ["NX", "XX", "GT", "LT"]);
  const now = entry.expiresAt ?? Infinity;
  const refused = given.has("NX") && now !== Infinity || given.has("XX") && now === Infinity ||
    given.has("GT") && expiresAt <= now || given.has("LT") && expiresAt >= now;
  if (refused) return 0;
  entry.expiresAt = expiresAt;
  return 1;
}

function remaining(store: Store, key: string, unitMs: number): number {
  const entry = store.find(key);
  if (entry === undefined) return -2;
  if (entry.expiresAt === undefined) return -1;
  return Math.round((entry.expiresAt - Date.now()) / unitMs);
}

function typeOf(store: Store, key: string): string {
  const value = store.find(key)?.value;
  if (value instanceof Text) return "string";
  if (value instanceof Hash) return "hash";
  if (value instanceof Members) return "set";
  if (value instanceof Scores) return "zset";
  return value instanceof List ? "list" : "none";
}
