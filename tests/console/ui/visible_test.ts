import assert from "@std/assert";
import { roundUp } from "../../../console/ui/scale.ts";
import { jsonText, visible } from "../../../console/ui/visible.ts";

Deno.test("visible() shows what draws nothing or turns a text, and leaves all else alone", () => {
  assert.equal(visible("a\u202Eb\u200Bc\u0007d"), String.raw`a\u202eb\u200bc\u0007d`);
  assert.equal(visible("\u{e0041}\u2066\ufeff"), String.raw`\u{e0041}\u2066\ufeff`);
  const usual = "Grüße, 世界, مرحبا 👩\u200d💻 👋🏽\n\tend <b>";
  assert.equal(visible(usual), usual);
});

Deno.test("jsonText() is JSON for whatever an agent answers", () => {
  assert.equal(jsonText({ a: ["<b>"] }), '{\n  "a": [\n    "<b>"\n  ]\n}');
  assert.equal(jsonText(undefined), "null");
});

Deno.test("roundUp() gives an axis a round end that nothing exceeds", () => {
  for (const value of [0.3, 1, 3, 7, 12, 99, 100, 101, 4_200, 987_654]) {
    const most = roundUp(value);
    assert.ok(most >= value && most <= value * 2.5, `${value} below ${most}`);
  }
  assert.equal(roundUp(0), 0);
});
