import assert from "@std/assert";
import { createLog } from "../../../supabase/functions/_shared/log.ts";

/** The lines that are written while `work` goes on. */
function written(work: () => void): string[] {
  const lines: string[] = [];
  const { info } = console;
  console.info = (line: string) => void lines.push(line);
  try {
    work();
  } finally {
    console.info = info;
  }
  return lines;
}

Deno.test("a log line is one line of JSON, whatever it is told", () => {
  const [line = ""] = written(() => createLog({ fn: "x" })("info", "e", { route: "a\nINJECT" }));
  assert.doesNotMatch(line, /\n/);
  assert.equal(JSON.parse(line).route, "a\nINJECT");
});

Deno.test("a log line never shows a key or a token", () => {
  const secrets = ["sb_secret_abc", "ck_live_1_2", "cr_live_1_2", "eyJhbGciOi.eyJzdWIi.c2ln"];
  const cause = secrets.flatMap((secret) => [secret, `\n${secret}`, `x_${secret}`]).join(" and ");
  const [line = ""] = written(() => createLog({})("info", "e", { cause }));
  for (const secret of secrets) assert.ok(!line.includes(secret), line);
});
