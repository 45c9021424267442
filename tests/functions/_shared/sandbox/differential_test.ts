import assert from "@std/assert";
import fc from "fast-check";
import { quickJs } from "../../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { startProcessEngine } from "../../../../supabase/functions/_shared/sandbox/process/engine.ts";
import { createRemoteEngine } from "../../../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { authorize } from "../../../runner/keys.ts";
import { spawnRunner } from "../../../runner/spawn.ts";
import { outcomeOf } from "./differential/outcome.ts";
import { program } from "./differential/snippets.ts";
import { absentBox } from "./process/boxes.ts";

/** The same programs each time, unless somebody has time for others. */
const seed = Number(Deno.env.get("CLOISTER_DIFFERENTIAL_SEED") ?? 20_261_121);
const numRuns = Number(Deno.env.get("CLOISTER_DIFFERENTIAL_RUNS") ?? 60);

const absent = await absentBox("plain");

Deno.test({
  name: `the same program comes to the same on quickjs, process and remote ${absent ?? ""}`,
  ignore: absent !== undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using processes = await startProcessEngine({ places: 4, warm: 2, log() {} });
    await using runner = await spawnRunner({
      CLOISTER_RUNNER_ENGINE: "process",
      CLOISTER_RUNNER_PLACES: "2",
    });
    const remote = createRemoteEngine({ url: runner.url, authorize });
    const property = fc.asyncProperty(program, async (source) => {
      const [expected, ...others] = await Promise.all(
        [quickJs, processes, remote].map((engine) => outcomeOf(engine, source)),
      );
      for (const other of others) assert.deepEqual(other, expected);
    });
    await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 300_000 });
  },
});
