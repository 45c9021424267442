import assert from "@std/assert";
import postgres from "postgres";
import * as z from "zod";
import { type Person, person, testStack } from "../stack.ts";

const PAGE = new URL("../../docs/audit.md", import.meta.url);
const Entry = z.looseObject({ seq: z.int(), hash: z.string() });

/** The program that the page tells readers to verify an export with. */
async function programOfThePage(): Promise<string> {
  const page = await Deno.readTextFile(PAGE);
  return /```js\n(.*?)```/s.exec(page)?.[1] ?? assert.fail("the page has no program");
}

/** Runs the page's program as a reader would. */
async function verify(folder: string, lines: readonly string[], ...remembered: string[]) {
  const file = `${folder}/audit.ndjson`;
  await Deno.writeTextFile(file, lines.join("\n"));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--allow-read", `${folder}/verify.js`, file, ...remembered],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  return { success, text: new TextDecoder().decode(success ? stdout : stderr) };
}

/** Somebody who may read the audit log, and has done what it holds. */
async function auditor(): Promise<Person> {
  const ann = await person("auditor");
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    await sql`insert into app.user_roles (user_id, role) values (${ann.id}, 'admin')`;
  } finally {
    await sql.end();
  }
  for (const name of ["first", "second"]) {
    const body = { name, source: "export default () => 1;" };
    const headers = { "user-agent": 'é "quoted" \ 	.' };
    const response = await ann.call("POST", "/agents", { body, headers });
    assert.equal(response.status, 201, await response.text());
  }
  return ann;
}

Deno.test("the program of docs/audit.md verifies an export, and finds what was done to it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/verify.js`, await programOfThePage());
    const ann = await auditor();
    const response = await ann.call("GET", "/admin/audit/export?format=ndjson");
    assert.equal(response.status, 200);
    const lines = (await response.text()).trim().split("\n");
    const last = Entry.parse(JSON.parse(lines.at(-1) ?? ""));
    const remembered = [String(last.seq), last.hash];
    const whole = await verify(folder, lines, ...remembered);
    assert.equal(whole.text.trim(), `${last.seq} entries, ending in ${last.hash}`);

    const [first = "", second = "", ...rest] = lines;
    // What is left after the first two have expired begins after their checkpoint.
    const { seq, hash } = Entry.parse(JSON.parse(second));
    const left = await verify(folder, rest, ...remembered, String(seq), hash);
    assert.equal(left.text.trim(), `${last.seq} entries, ending in ${last.hash}`);
    const forged = await verify(folder, rest, ...remembered, String(seq), last.hash);
    assert.match(forged.text, /does not follow/);
    const spoiled: [string[], RegExp][] = [
      [
        [first, second.replace('"outcome":"succeeded"', '"outcome":"denied"'), ...rest],
        /was edited/,
      ],
      [[first, ...rest], /is missing/],
      [[second, first, ...rest], /is missing/],
      [lines.slice(0, -1), /not the one that you remember/],
    ];
    for (const [export_, problem] of spoiled) {
      const { success, text } = await verify(folder, export_, ...remembered);
      assert.ok(!success);
      assert.match(text, problem);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
