import assert from "@std/assert";
import { utf8Bytes } from "../../../supabase/functions/_shared/json.ts";
import { ToolRefusal } from "../../../supabase/functions/_shared/policy/refusal.ts";
import { legibleLine, summaryText } from "../../../supabase/functions/tools/calls/summary.ts";

/** What the ledger keeps of a summary. */
function kept(summary: unknown, asked = false, whole: readonly string[] = []): unknown {
  return JSON.parse(summaryText({ summary, whole }, { asked }));
}

Deno.test("what is left out of a summary is said", () => {
  assert.deepEqual(kept({ text: "a".repeat(1_003), list: Array(30).fill(1) }), {
    text: `${"a".repeat(1_000)}…(+3)`,
    list: [...Array(24).fill(1), "… and 6 more"],
  });
});

Deno.test("a summary keeps its size, whatever a program puts into it", () => {
  const long = '\u0000"\\中\u{1f600}'.repeat(9_000);
  for (const summary of [long, { a: long, b: long }, Array(999).fill(long), { a: { b: [long] } }]) {
    assert.ok(utf8Bytes(summaryText({ summary, whole: ["a"] }, { asked: false })) <= 4_096);
  }
  for (const summary of [long, { a: long, b: long }]) {
    assert.ok(utf8Bytes(summaryText({ summary, whole: [] }, { asked: true })) <= 32_768);
  }
  const wide = Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`k${n}`, n]));
  assert.equal(kept(wide), "… too much to be told");
});

Deno.test("what has to be seen whole is, or nobody is asked", () => {
  const command = "x".repeat(30_000);
  assert.deepEqual(kept({ command, rest: command }, true, ["command"]), {
    command,
    rest: `${"x".repeat(2_000)}…(+28000)`,
  });
  assert.throws(
    () => kept({ command: "x".repeat(32_768) }, true, ["command"]),
    (thrown) => thrown instanceof ToolRefusal && thrown.code === "invalid_arguments",
  );
});

Deno.test("what no reader sees has a mark in a summary and in a target", () => {
  assert.equal(kept("a\u202eb\u200bc\ud800\tx\ny"), "a\ufffdb\ufffdc\ufffd\tx\ny");
  assert.equal(legibleLine("a\nb\u2066", 9), "a\ufffdb\ufffd");
  assert.equal(legibleLine("abcd", 3), "ab…");
});
