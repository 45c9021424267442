import { at, type Command, decimal, float, integer, options, pairs, slice } from "./arguments.ts";
import type { Reply } from "./reply.ts";
import { Scores, type Store } from "./store.ts";

type Scored = [member: string, score: number];

/** Commands on sorted sets. */
export const SORTED: Record<string, Command> = {
  ZADD: (args, store) => add(store, args),
  ZINCRBY: (args, store) => {
    const scores = store.open(at(args, 0), Scores);
    const sum = (scores.get(at(args, 2)) ?? 0) + float(at(args, 1));
    scores.set(at(args, 2), sum);
    return decimal(sum);
  },
  ZSCORE: (args, store) => score(read(store, args), at(args, 1)),
  ZMSCORE: (args, store) => args.slice(1).map((member) => score(read(store, args), member)),
  ZCARD: (args, store) => read(store, args).size,
  ZCOUNT: (args, store) => within(inOrder(store, args), at(args, 1), at(args, 2)).length,
  ZRANK: (args, store) => rank(inOrder(store, args), at(args, 1)),
  ZREVRANK: (args, store) => rank(inOrder(store, args).reverse(), at(args, 1)),
  ZREM: (args, store) => remove(store, args, args.slice(1)),
  ZRANGE: (args, store) => range(store, args),
  ZREVRANGE: (args, store) => range(store, [...args.slice(0, 3), "REV", ...args.slice(3)]),
  ZRANGEBYSCORE: (args, store) => range(store, [...args.slice(0, 3), "BYSCORE", ...args.slice(3)]),
  ZREVRANGEBYSCORE: (args, store) =>
    range(store, [...args.slice(0, 3), "BYSCORE", "REV", ...args.slice(3)]),
  ZREMRANGEBYSCORE: (args, store) =>
    remove(store, args, names(within(inOrder(store, args), at(args, 1), at(args, 2)))),
  ZREMRANGEBYRANK: (args, store) => {
    const all = inOrder(store, args);
    return remove(store, args, names(all.slice(...slice(at(args, 1), at(args, 2), all.length))));
  },
};

const ADD_FLAGS = ["NX", "XX", "GT", "LT", "CH", "INCR"];

function add(store: Store, args: string[]): Reply {
  const start = args.findIndex((arg, i) => i > 0 && !ADD_FLAGS.includes(arg.toUpperCase()));
  const given = options(args.slice(1, start), ADD_FLAGS);
  const scores = store.open(at(args, 0), Scores);
  let [added, changed]: [number, number] = [0, 0];
  let last: number | null = null;
  for (const [text, member] of pairs(args.slice(start))) {
    const known = scores.get(member);
    const wanted = float(text) + (given.has("INCR") ? known ?? 0 : 0);
    if (isRefused(given, known, wanted)) continue;
    if (known === undefined) added++;
    if (known !== wanted) changed++;
    scores.set(member, wanted);
    last = wanted;
  }
  if (scores.size === 0) store.delete(at(args, 0));
  if (given.has("INCR")) return last === null ? null : decimal(last);
  return given.has("CH") ? changed : added;
}

function isRefused(given: Map<string, string>, known: number | undefined, wanted: number): boolean {
  if (known === undefined) return given.has("XX");
  return given.has("NX") || given.has("GT") && wanted <= known ||
    given.has("LT") && wanted >= known;
}

function range(store: Store, args: string[]): Reply {
  const given = new Map<string, string>();
  let limit: [number, number] = [0, Infinity];
  for (let i = 3; i < args.length; i++) {
    const word = at(args, i).toUpperCase();
    if (word === "LIMIT") limit = [integer(at(args, ++i)), integer(at(args, ++i))];
    else {for (const [name, value] of options([word], ["REV", "BYSCORE", "WITHSCORES"])) {
        given.set(name, value);
      }}
  }
  const all = inOrder(store, args);
  if (given.has("REV")) all.reverse();
  const [first, second] = [at(args, 1), at(args, 2)];
  const [low, high] = given.has("REV") ? [second, first] : [first, second];
  const picked = given.has("BYSCORE")
    ? within(all, low, high).slice(limit[0], limit[1] < 0 ? undefined : limit[0] + limit[1])
    : all.slice(...slice(first, second, all.length));
  if (!given.has("WITHSCORES")) return names(picked);
  return picked.flatMap(([member, score]) => [member, decimal(score)]);
}

/** Those between two scores, where `(` leaves the bound itself out. */
function within(all: Scored[], low: string, high: string): Scored[] {
  const bound = (text: string) => float(text.replace(/^\(/, ""));
  const [from, to] = [bound(low), bound(high)];
  return all.filter(([, score]) =>
    (low.startsWith("(") ? score > from : score >= from) &&
    (high.startsWith("(") ? score < to : score <= to)
  );
}

function inOrder(store: Store, args: string[]): Scored[] {
  return [...read(store, args)].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
}

function remove(store: Store, args: string[], members: string[]): number {
  const scores = read(store, args);
  const count = members.filter((member) => scores.delete(member)).length;
  if (scores.size === 0) store.delete(at(args, 0));
  return count;
}

function read(store: Store, args: string[]): Scores {
  return store.read(at(args, 0), Scores) ?? new Scores();
}

function score(scores: Scores, member: string): Reply {
  const known = scores.get(member);
  return known === undefined ? null : decimal(known);
}

function rank(all: Scored[], member: string): Reply {
  const index = all.findIndex(([name]) => name === member);
  return index === -1 ? null : index;
}

function names(all: Scored[]): string[] {
  return all.map(([member]) => member);
}
