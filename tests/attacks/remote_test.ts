import { createRemoteEngine } from "../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { authorize } from "../runner/keys.ts";
import { spawnRunner } from "../runner/spawn.ts";
import { holdAttacks, type Started } from "./suite.ts";

/** A real runner in a process of its own, with its own pool of processes, over loopback. */
async function start(): Promise<Started> {
  const runner = await spawnRunner({
    CLOISTER_RUNNER_ENGINE: "process",
    CLOISTER_RUNNER_PLACES: "2",
    CLOISTER_RUNNER_WARM: "2",
  });
  const engine = createRemoteEngine({ url: runner.url, authorize });
  return { engine, [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose]() };
}

await holdAttacks("remote", start, { missing: await absentBox("plain") });
