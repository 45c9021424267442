import assert from "@std/assert";
import { walkChain } from "../../console/pages/admin/walk.ts";
import { verifyAll } from "../../console/pages/admin/parts/verify.ts";
import { createClient } from "../../sdk/mod.ts";
import type { ChainReport, Verdict, Verification } from "../../sdk/wire.ts";

const HASH = "a".repeat(64);

Deno.test("walkChain verifies a long log stretch by stretch, until its end", async () => {
  const asked: unknown[] = [];
  const walk = await walkChain((query) => {
    asked.push(query);
    return Promise.resolve(stretch(query.since_seq ?? 1, Math.min(query.until_seq, 250_000)));
  }, { seq: 7, hash: HASH });
  const expected = { expected_seq: 7, expected_hash: HASH };
  assert.deepEqual(asked, [
    { until_seq: 100_000, ...expected },
    { since_seq: 100_001, until_seq: 200_000, ...expected },
    { since_seq: 200_001, until_seq: 300_000, ...expected },
  ]);
  assert.deepEqual([walk.checked, walk.report.ok, walk.compared], [250_000, true, true]);
});

Deno.test("walkChain ends at the first stretch that does not hold", async () => {
  let asked = 0;
  const walk = await walkChain((query) => {
    asked++;
    const report = stretch(query.since_seq ?? 1, query.until_seq);
    return Promise.resolve({ ...report, ok: asked < 2, problem: "edited", at_seq: 150_000 });
  }, undefined);
  assert.deepEqual([asked, walk.report.ok, walk.report.at_seq], [2, false, 150_000]);
});

Deno.test("verifyAll plays what was left out for want of time, and joins the verdicts", async () => {
  const asked: unknown[] = [];
  const told: Verification[] = [];
  await verifyAll((programs) => {
    asked.push(programs);
    const names = programs ?? ["a", "b", "c"];
    return Promise.resolve(report(names.map((name, at) => verdict(name, at === 0 ? true : null))));
  }, (soFar) => told.push(soFar));
  assert.deepEqual(asked, [undefined, ["b", "c"], ["c"]]);
  assert.deepEqual(told.map(({ held, skipped }) => [held, skipped]), [[1, 2], [2, 1], [3, 0]]);
});

Deno.test("verifyAll gives up when a whole request got nowhere", async () => {
  let asked = 0;
  await verifyAll(() => {
    asked++;
    return Promise.resolve(report([verdict("a", null)]));
  }, () => {});
  assert.equal(asked, 2);
});

Deno.test("a verification is waited for longer than the server takes, whatever else may take", async () => {
  const client = createClient({
    url: "http://localhost",
    auth: { apiKey: "ck" },
    timeoutMs: 1,
    maxRetries: 0,
    fetch: (_, init) =>
      new Promise((resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        setTimeout(() => resolve(Response.json(report([verdict("a", null)]))), 30);
      }),
  });
  assert.equal((await client.admin.sandbox.verify()).skipped, 1);
  await assert.rejects(client.admin.sandbox.get(), { name: "TimeoutError" });
});

function stretch(since: number, until: number): ChainReport {
  return {
    ok: true,
    checked: until - since + 1,
    since_seq: since,
    until_seq: until,
    head_seq: 250_000,
    head_hash: HASH,
    problem: null,
    at_seq: null,
    compared: since === 1,
    checkpoint: null,
  };
}

function verdict(name: string, held: boolean | null): Verdict {
  return { name, want: "timeout", attempted: name, ending: "timed_out", held, ms: 1 };
}

function report(programs: Verdict[]): Verification {
  const count = (held: boolean | null) => programs.filter((item) => item.held === held).length;
  return {
    engine: "quickjs",
    layers: [],
    held: count(true),
    breached: count(false),
    skipped: count(null),
    programs,
  };
}
