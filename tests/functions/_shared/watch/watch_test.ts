import assert from "@std/assert";
import type { Reply } from "../../../../supabase/functions/_shared/db.ts";
import type { EventRow } from "../../../../supabase/functions/_shared/watch/event.ts";
import {
  createWatch,
  type SecurityEvent,
} from "../../../../supabase/functions/_shared/watch/watch.ts";
import { OUTAGE, Place, REFUSAL } from "./place.ts";

const CONTEXT = { requestId: "req-1", address: "192.0.2.7", userAgent: "curl/8" };

function event(more: Partial<SecurityEvent> = {}): SecurityEvent {
  return { type: "auth_failed", context: CONTEXT, ...more };
}

function total(rows: readonly EventRow[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

Deno.test("equal events are one row with a count, and the first request stands for all", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  for (let i = 0; i < 7; i++) {
    watch.report(event({ context: { ...CONTEXT, requestId: `req-${i}` } }));
  }
  watch.report(event({ context: { ...CONTEXT, address: "192.0.2.8" } }));
  watch.report(event({ userId: "2f0a7a50-35a2-4f6e-8f4b-2f0d6f9c5a11" }));
  await watch.flush();
  assert.equal(place.writes.length, 1);
  assert.deepEqual(
    place.stored().map(({ count, address, user_id, request_id }) => ({
      count,
      address,
      user_id,
      request_id,
    })),
    [
      { count: 7, address: "192.0.2.7", user_id: null, request_id: "req-0" },
      { count: 1, address: "192.0.2.8", user_id: null, request_id: "req-1" },
      {
        count: 1,
        address: "192.0.2.7",
        user_id: "2f0a7a50-35a2-4f6e-8f4b-2f0d6f9c5a11",
        request_id: "req-1",
      },
    ],
  );
});

Deno.test("an event never holds a key or a token, wherever it was put", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  const secrets = [
    "sb_secret_abcdefgh",
    `ck_live_${"a".repeat(16)}_${"B".repeat(49)}`,
    "eyJhbGciOi.eyJzdWIi.c2ln",
  ];
  for (const secret of secrets) {
    watch.report({
      type: "suspicious",
      context: { requestId: secret, address: secret, userAgent: `x ${secret}` },
      method: "GET",
      route: `/${secret}`,
      code: secret,
      data: { what: `was ${secret}`, [secret]: true, long: "y".repeat(195) + secret },
    });
  }
  await watch.flush();
  const text = JSON.stringify(place.writes);
  for (const secret of secrets) {
    assert.ok(!text.includes(secret.slice(0, 10)), text);
  }
  assert.match(text, /\[secret\]/);
});

Deno.test("an event is fit for Postgres and small, whatever a stranger has put into it", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  const odd = "\0\ud800" + "é".repeat(100_000);
  const data = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, i) => [`${i}${odd}`, odd]),
  );
  const context = { requestId: odd, address: odd, userAgent: odd };
  watch.report({ type: "suspicious", context, method: odd, route: odd, code: odd, data });
  await watch.flush();
  const [text = ""] = place.writes;
  assert.ok(text.length < 5_000, `${text.length} characters`);
  assert.ok(text.isWellFormed());
  assert.doesNotMatch(text, /\\u0000|\\ud800/);
});

Deno.test("a flood of 100,000 events is bounded in memory and in writes, and every one counts", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  const heldUp = Promise.withResolvers<void>();
  place.answer = async () => {
    await heldUp.promise;
    return undefined;
  };
  for (let i = 0; i < 100_000; i++) {
    const address = `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::/64`;
    watch.report(event({
      type: i % 3 === 0 ? "probing" : "auth_failed",
      context: { requestId: `${i}`, address, userAgent: `agent ${i}` },
      data: { i },
    }));
    if (i % 10_000 === 0) await place.passTime();
  }
  heldUp.resolve();
  await watch.flush();
  assert.equal(total(place.stored()), 100_000);
  assert.ok(place.writes.length <= 12, `${place.writes.length} writes`);
  for (const text of place.writes) {
    assert.ok(JSON.parse(text).length <= 500);
    assert.ok(text.length < 500_000, `${text.length} characters`);
  }
});

Deno.test("a flood keeps the names that it had room for, and says where it had none", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  for (let i = 0; i < 5_000; i++) {
    watch.report(event({ context: { ...CONTEXT, address: `192.0.2.${i % 2}` }, data: { i } }));
  }
  await watch.flush();
  const folded = place.stored().filter(({ data }) => data?.folded === true);
  assert.deepEqual(folded.map(({ address }) => address).sort(), ["192.0.2.0", "192.0.2.1"]);
  assert.equal(total(place.stored()), 5_000);
});

Deno.test("a failed write loses no count, and a repeated one has the same ids", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  const seen: string[] = [];
  place.answer = (text) => {
    seen.push(text);
    return Promise.resolve(seen.length <= 3 ? OUTAGE : undefined);
  };
  for (let i = 0; i < 5; i++) watch.report(event());
  for (let i = 0; i < 3; i++) await watch.flush();
  for (let i = 0; i < 4; i++) watch.report(event());
  await watch.flush();
  await watch.flush();
  assert.equal(seen.length, 5);
  assert.equal(new Set(seen.slice(0, 4)).size, 1);
  assert.equal(total(place.stored()), 9);
  assert.equal(place.logged.filter((name) => name === "security_events_not_stored").length, 3);
});

Deno.test("while the database is away, tries come ever later and memory stays bounded", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  place.answer = () => Promise.resolve(OUTAGE);
  for (let i = 0; i < 12; i++) {
    for (let j = 0; j < 1_000; j++) watch.report(event({ data: { i, j } }));
    await place.passTime();
  }
  assert.deepEqual(place.pauses.filter((ms) => ms > 1_000).slice(0, 6), [
    2_000,
    4_000,
    8_000,
    16_000,
    30_000,
    30_000,
  ]);
  place.answer = () => Promise.resolve(undefined);
  await watch.flush();
  await watch.flush();
  assert.equal(total(place.stored()), 12_000);
});

Deno.test("a batch that the database refuses is sent without details once and then logged", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  place.answer = () => Promise.resolve(REFUSAL);
  watch.report(event({ data: { poison: true } }));
  await watch.flush();
  await watch.flush();
  place.answer = () => Promise.resolve(undefined);
  watch.report(event({ type: "probing" }));
  await watch.flush();
  assert.equal(place.writes.length, 3);
  assert.doesNotMatch(place.writes[1] ?? "", /poison/);
  assert.ok(place.logged.includes("security_events_lost"));
  assert.deepEqual(place.stored().map(({ type }) => type), ["probing"]);
});

Deno.test("an event is stored without anybody asking, and so are those that come meanwhile", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  const answers: (() => void)[] = [];
  place.answer = async () => {
    await new Promise<void>((resolve) => answers.push(resolve));
    return undefined;
  };
  watch.report(event());
  await place.passTime();
  assert.equal(place.writes.length, 1);
  watch.report(event());
  answers.shift()?.();
  await place.passTime();
  assert.equal(place.writes.length, 2);
  answers.shift()?.();
  await place.passTime();
  assert.deepEqual(place.stored().map(({ count }) => count), [1, 1]);
});

Deno.test("few events wait for company up to a second, many go after a fifth of it", async () => {
  const place = new Place();
  const few = createWatch(place.deps);
  few.report(event());
  await place.passTime();
  assert.deepEqual(place.pauses, [200, 800]);
  place.pauses.length = 0;
  const many = createWatch(place.deps);
  for (let i = 0; i < 150; i++) many.report(event({ data: { i } }));
  await place.passTime();
  assert.deepEqual(place.pauses, [200]);
});

Deno.test("with real time, too, an event is stored within about a second, and nothing leaks", async () => {
  const place = new Place();
  const { service, log, webhook } = place.deps;
  const stored = Promise.withResolvers<void>();
  place.answer = () => {
    stored.resolve();
    return Promise.resolve(undefined);
  };
  const started = performance.now();
  createWatch({ service, log, webhook }).report(event());
  const patience = setTimeout(() => stored.reject(new Error("never stored")), 10_000);
  await stored.promise;
  clearTimeout(patience);
  assert.ok(performance.now() - started >= 900);
});

Deno.test("report() cannot throw, whatever the database answers", async () => {
  const place = new Place();
  const watch = createWatch(place.deps);
  const answers: Reply<unknown>[] = [
    { data: "nonsense", error: null },
    { data: { recorded: "1" }, error: null },
    { data: null, error: null },
  ];
  for (const reply of answers) {
    place.answer = () => Promise.resolve(reply);
    watch.report(event());
    await watch.flush();
  }
  place.answer = () => Promise.reject(new Error("thrown"));
  watch.report(event());
  await watch.flush();
  place.answer = () => Promise.resolve(undefined);
  await watch.flush();
  await watch.flush();
});
