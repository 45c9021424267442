import assert from "@std/assert";
import * as z from "zod";
import type { Engine } from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { startProcessEngine } from "../../../../supabase/functions/_shared/sandbox/process/engine.ts";
import { readCollection } from "./compat/collection.ts";
import { listPassing } from "./compat/play.ts";
import { absentBox } from "./process/boxes.ts";

/** What each engine does not pass, by name, and how many tests there are. */
const Expected = z.object({
  total: z.number(),
  failing: z.record(z.string(), z.array(z.string())),
});
const FILE = new URL("./compat/expected.json", import.meta.url);

const tests = readCollection();
const expected = Expected.parse(JSON.parse(await Deno.readTextFile(FILE)));
const absent = await absentBox("plain");
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "quickjs passes what is written down of compat-table, no less and no more",
  options,
  async () => {
    await check("quickjs", quickJs);
  },
);

Deno.test({
  ...options,
  name: `process passes what is written down of compat-table, no less and no more ${absent ?? ""}`,
  ignore: absent !== undefined,
  async fn() {
    await using engine = await startProcessEngine({ places: 2, warm: 2, log() {} });
    await check("process", engine);
  },
});

/** CLOISTER_COMPAT_WRITE=1 writes what is, for review, instead of comparing. */
async function check(name: string, engine: Engine): Promise<void> {
  const passing = await listPassing(engine, tests);
  const failing = tests.map((test) => test.name).filter((test) => !passing.has(test));
  console.log(`${name}: ${passing.size} of ${tests.length}`);
  if (Deno.env.get("CLOISTER_COMPAT_WRITE") === "1") {
    expected.total = tests.length;
    expected.failing[name] = failing;
    await Deno.writeTextFile(FILE, `${JSON.stringify(expected, null, 2)}\n`);
  }
  assert.equal(tests.length, expected.total);
  assert.deepEqual(failing, expected.failing[name]);
}
