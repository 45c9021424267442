import assert from "@std/assert";
import { gravityOf, summaryOf } from "../../../console/pages/run/summary.ts";
import { drawnRows, isAtEnd } from "../../../console/pages/run/window.ts";

const AT = "2026-01-02T03:04:05.678Z";
const event = (type: string, data: unknown) => ({ seq: 1, at: AT, type, data });

Deno.test("drawnRows() draws what is seen and little more, however long the list", () => {
  for (const topPx of [0, 14_000, 28_000_000 - 400]) {
    const { first, end } = drawnRows({ count: 1_000_000, rowPx: 28, topPx, heightPx: 400 });
    assert.ok(first * 28 <= topPx && end * 28 >= topPx + 400 - 28, `${first} to ${end}`);
    assert.ok(end - first <= 400 / 28 + 22);
  }
  assert.deepEqual(drawnRows({ count: 0, rowPx: 28, topPx: 0, heightPx: 400 }), {
    first: 0,
    end: 0,
  });
  const shrunk = drawnRows({ count: 3, rowPx: 28, topPx: 9_000, heightPx: 400 });
  assert.ok(shrunk.first <= shrunk.end && shrunk.end === 3);
});

Deno.test("isAtEnd() tells who reads the end of a list from who reads what was", () => {
  assert.ok(isAtEnd({ scrollTop: 600, clientHeight: 400, scrollHeight: 1_010 }));
  assert.ok(!isAtEnd({ scrollTop: 100, clientHeight: 400, scrollHeight: 1_010 }));
});

Deno.test("summaryOf() is one short line of any event, whatever is in it", () => {
  const said: [string, unknown, string][] = [
    ["log", { level: "info", message: "a\nb" }, "a ⏎ b"],
    ["log", { level: "info", message: "m", fields: { n: 1 } }, 'm {"n":1}'],
    ["output", "\u202Etxt", String.raw`"\u202etxt"`],
    ["output", null, "null"],
    ["tool.waiting", { tool: "email" }, "email waits for your word"],
    ["run.failed", { error: { name: "Error", message: "no" } }, "Error: no"],
    ["run.succeeded", { output: "x".repeat(9_999), error: null }, ""],
    ["log", 7, "7"],
  ];
  for (const [type, data, text] of said) assert.equal(summaryOf(event(type, data)), text);
  assert.equal(summaryOf(event("output", "x".repeat(1_000_000))).length, 401);
});

Deno.test("gravityOf() marks what went wrong", () => {
  assert.equal(gravityOf(event("log", { level: "error" })), "bad");
  assert.equal(gravityOf(event("tool.result", { ok: false })), "bad");
  assert.equal(gravityOf(event("run.lost", {})), "bad");
  assert.equal(gravityOf(event("run.succeeded", {})), "good");
  assert.equal(gravityOf(event("output", { level: "error" })), "");
});
