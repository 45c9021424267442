/** Started by a test as a supervisor of its own, which is then killed while a program runs. */
import { BOXES } from "../../../../../supabase/functions/_shared/sandbox/process/box.ts";
import { descendants, jobOf, LOOP, NEVER, startSmall } from "./rig.ts";

const box = BOXES.find((one) => one === Deno.args[0]);
if (box === undefined) throw new Error("which box?");
const start = Deno.args[1] === "fork" ? "fork" : "spawn";
await using engine = await startSmall({ box, start });
const limits = { cpuMs: 30_000, wallMs: 300_000 };
for await (const event of engine.run(jobOf(engine, LOOP, { limits }), NEVER)) {
  if (event.type === "log") console.log(JSON.stringify(descendants()));
}
