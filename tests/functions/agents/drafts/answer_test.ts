import assert from "@std/assert";
import { readAnswer } from "../../../../supabase/functions/agents/drafts/answer.ts";

Deno.test("an answer is taken apart: its last source, its first JSON", () => {
  const answer = [
    "Here it is.",
    "```ts",
    "old",
    "```",
    "```TypeScript title=x",
    "export default () => `",
    "```no fence: more follows",
    "`;",
    "```  ",
    "```json",
    '{"notes": "n"}',
    "```",
    "```ts",
    "never ends",
  ].join("\n");
  const written = readAnswer(answer);
  assert.equal(written?.source, "export default () => `\n```no fence: more follows\n`;\n");
  assert.equal(written?.notes, "n");
});

Deno.test("an answer without a source is none", () => {
  for (const answer of ["", "```ts\n```", "```ts\n \n```", "```py\nx\n```", "```ts\nx"]) {
    assert.equal(readAnswer(answer), undefined, answer);
  }
});

Deno.test("no answer takes long to take apart", () => {
  for (const unit of ["```a\n", "```ts\n", "```\n", "``` \n", "`", "\n", "``` x\n"]) {
    const started = performance.now();
    readAnswer(unit.repeat(150_000 / unit.length));
    assert.ok(performance.now() - started < 1_000, JSON.stringify(unit));
  }
});
