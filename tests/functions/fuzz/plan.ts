import fc from "fast-check";
import type { ApiDocument, Operation, Schema } from "./document.ts";
import { hintsFor } from "./hints.ts";
import { Values, wrongValue } from "./values.ts";

/** A request to be: who sends it is known only when it is sent. */
export interface Plan {
  operation: Operation;
  /** Picks somebody out of everybody. */
  actor: number;
  path: Record<string, unknown>;
  query: readonly (readonly [string, unknown])[];
  headers: readonly (readonly [string, string])[];
  body: Body | undefined;
}

/** A body: a value to be written as JSON, or bytes as they are. */
export interface Body {
  type: string | undefined;
  value?: unknown;
  bytes?: Uint8Array;
}

/** Requests for all operations, the same number of each: most near to what is documented. */
export function plans(document: ApiDocument): fc.Arbitrary<Plan> {
  return fc.oneof(...document.operations.map((operation) => planFor(document, operation)));
}

function planFor(document: ApiDocument, operation: Operation): fc.Arbitrary<Plan> {
  const values = new Values(document, hintsFor(operation));
  const { parameters, body } = operation;
  const inPath = parameters.filter((each) => each.in === "path");
  return fc.record({
    operation: fc.constant(operation),
    actor: fc.nat({ max: 99_999 }),
    path: fc.record(Object.fromEntries(
      inPath.map(({ name, schema }) => [name, valueFor(values, name, schema)]),
    )),
    query: chosen([
      ...parameters.filter((each) => each.in === "query")
        .map(({ name, schema }) => pair(name, valueFor(values, name, schema), 3)),
      pair("surplus", wrongValue(), 30),
      pair("limit", wrongValue(), 30),
    ]),
    headers: chosen([
      ...parameters.filter((each) => each.in === "header")
        .map(({ name, schema }) => pair(name, headerValue(values.of(schema)), 3)),
      ...ODD_HEADERS.map((name) => pair(name, headerValue(wrongValue()), 50)),
      pair("accept", fc.constantFrom("text/event-stream", "*/*", "text/csv", "a/b;q=x"), 6),
    ]),
    body: bodyFor(values, body),
  });
}

const ODD_HEADERS = ["x-request-id", "user-agent", "prefer", "apikey", "origin", "content-length"];

function valueFor(values: Values, name: string, schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 7, arbitrary: values.named(name, schema) },
    { weight: 1, arbitrary: wrongValue() },
  );
}

/** A pair that is there one time in so many. */
function pair<Value>(name: string, value: fc.Arbitrary<Value>, outOf: number) {
  return fc.oneof(
    { weight: 1, arbitrary: value.map((each) => [name, each] as const) },
    { weight: outOf - 1, arbitrary: fc.constant(undefined) },
  );
}

function chosen<Value>(
  pairs: readonly fc.Arbitrary<readonly [string, Value] | undefined>[],
): fc.Arbitrary<(readonly [string, Value])[]> {
  return fc.tuple(...pairs).map((all) => all.filter((each) => each !== undefined));
}

/** What a header can carry at all: the rest would not leave this process. */
function headerValue(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return value.map((each) =>
    String(typeof each === "object" ? JSON.stringify(each) : each)
      .slice(0, 10_000).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "")
  );
}

function bodyFor(values: Values, schema: Schema | undefined): fc.Arbitrary<Body | undefined> {
  const oddBody = fc.oneof(
    fc.record({ type: types(), value: wrongValue() }),
    fc.record({ type: types(), bytes: fc.uint8Array({ maxLength: 200 }) }),
    fc.record({ type: types(), bytes: fc.constantFrom(...ODD_BYTES) }),
  );
  const none = fc.constant(undefined);
  if (schema === undefined) {
    return fc.oneof({ weight: 1, arbitrary: oddBody }, { weight: 19, arbitrary: none });
  }
  const right = values.of(schema);
  const nearly = fc.tuple(right, fc.string({ maxLength: 12 }), wrongValue(), fc.nat())
    .map(([value, name, wrong, at]) => spoil(value, name, wrong, at));
  const json = fc.constant("application/json");
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: json, value: right }) },
    { weight: 3, arbitrary: fc.record({ type: json, value: nearly }) },
    { weight: 1, arbitrary: oddBody },
    { weight: 1, arbitrary: none },
  );
}

function types(): fc.Arbitrary<string | undefined> {
  return fc.constantFrom(
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "",
    undefined,
  );
}

const ODD_BYTES = ["", "{", '{"a":1}}', '"\\ud800"', "nul", "\ufeff{}", '{"a":1e999}']
  .map((text) => new TextEncoder().encode(text))
  .concat([new Uint8Array([0xff, 0xfe, 0x00]), new Uint8Array(1_100_000).fill(0x20)]);

/** An object with one property removed, replaced or added. */
function spoil(value: unknown, name: string, wrong: unknown, at: number): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong;
  const entries = Object.entries(value);
  const index = at % (entries.length + 1);
  const rest = entries.filter((_, i) => i !== index);
  if (index === entries.length) return Object.fromEntries([...entries, [name, wrong]]);
  if (at % 3 === 0) return Object.fromEntries(rest);
  return Object.fromEntries([...rest, [entries[index]?.[0] ?? name, wrong]]);
}
