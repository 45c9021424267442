import fc from "fast-check";
import type { Operation } from "./document.ts";
import type { Hints } from "./values.ts";

/** The kinds of things whose names are known only while the fuzzing goes on. */
export type PoolName =
  | "agent_name"
  | "agent"
  | "run"
  | "key"
  | "secret"
  | "user"
  | "alert"
  | "rule"
  | "quarantine"
  | "evidence"
  | "address"
  | "cursor"
  | "target";

/** Stands for something that there is by the time a request is sent. */
export class Pick {
  constructor(readonly pool: PoolName, readonly index: number) {}
}

function pick(pool: PoolName): fc.Arbitrary<Pick> {
  return fc.nat({ max: 9_999 }).map((index) => new Pick(pool, index));
}

const SOURCES = [
  "export default (input) => input;",
  "export default () => { throw new Error('no'); };",
  "export default async (input: unknown) => { console.log('hi', input); return { input }; };",
  "export default () => 'x'.repeat(100);",
];

/** What an `{id}` in a path names. */
const BY_PATH: readonly [string, PoolName][] = [
  ["/execute/runs/{id}", "run"],
  ["/admin/keys/{id}", "key"],
  ["/admin/secrets/{id}", "secret"],
  ["/admin/users/{id}", "user"],
  ["/admin/alerts/{id}", "alert"],
  ["/admin/quarantines/{id}", "quarantine"],
  ["/admin/evidence/{id}", "evidence"],
];

/** Few names, so that agents come back that were deleted, and meet others of their name. */
export const AGENT_NAMES = ["fuzz-a", "fuzz-b", "fuzz-d", "fuzz-e"];

/** What leads somewhere: names of what there is, sources that run, versions that exist. */
export function hintsFor({ id, path }: Operation): Hints {
  const named = BY_PATH.find(([prefix]) => path.startsWith(prefix))?.[1];
  const name = path.startsWith("/admin/alert-rules")
    ? pick("rule")
    : id === "post_agents" || id === "patch_agents_name"
    ? fc.constantFrom(...AGENT_NAMES)
    : path.startsWith("/admin/secrets")
    ? fc.constantFrom("FUZZ_A", "FUZZ_B", "FUZZ_C")
    : path.startsWith("/admin/keys")
    ? fc.string({ minLength: 1, maxLength: 20 })
    : pick("agent_name");
  const hints: Record<string, fc.Arbitrary<unknown>> = {
    name,
    source: fc.constantFrom(...SOURCES),
    input_schema: fc.constantFrom(null, { type: "object" }, { type: "string", maxLength: 3 }),
    version: fc.constantFrom(1, 1, 2),
    against: fc.constantFrom(1, 2),
    cursor: pick("cursor"),
    address: pick("address"),
    path: fc.constantFrom("a.txt", "a/b.csv", "scratch/a", "../a", "picture.png"),
    prefix: fc.constantFrom("", "a", "a/"),
    hosts: fc.constantFrom(["api.example.com"], ["*.example.com", "a.example.org"]),
    value: fc.constantFrom("a value of the fuzz", "sk-fuzz-0123456789"),
    agent: pick("agent_name"),
    target: pick("target"),
    programs: fc.constantFrom(["e01_static_import"], ["e06_fetch"], ["no_such_program"]),
    expires_at: fc.integer({ min: 1, max: 300 }).map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString()
    ),
    ...(named && { id: pick(named) }),
  };
  return (property) => Object.hasOwn(hints, property) ? hints[property] : undefined;
}
