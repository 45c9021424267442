import assert from "@std/assert";
import { DEFAULT_LIMITS, EngineBusy } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { createRemoteEngine } from "../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { authorize } from "./keys.ts";
import { serve } from "./serve.ts";
import { spawnRunner } from "./spawn.ts";
import { stubEngine } from "./stub.ts";

const NEVER = new AbortController().signal;

/** Runs so many programs at once; how each was answered. */
async function crowd(url: string, clients: number, program: string): Promise<Map<string, number>> {
  // A thousand clients in one thread wait for each other first: the 5 s of `connectMs` would be over
  // for the last of them because of the crowd on this side, whatever the runner does.
  const engine = createRemoteEngine({
    url,
    authorize,
    connectMs: 60_000,
    defaults: DEFAULT_LIMITS,
  });
  const counts = new Map<string, number>();
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    const claim = { run: crypto.randomUUID(), tenant: `t${client % 50}`, limits: DEFAULT_LIMITS };
    let answer = "no ending";
    try {
      const place = await engine.admit(claim, NEVER);
      const job = { program, input: "1", tools: {}, limits: DEFAULT_LIMITS };
      for await (const item of place.run(job, NEVER)) {
        if (item.type === "ending") answer = item.status;
      }
    } catch (thrown) {
      answer = thrown instanceof EngineBusy ? "busy" : String(thrown);
    }
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }));
  return counts;
}

function check(counts: Map<string, number>, clients: number): void {
  const [succeeded = 0, busy = 0] = [counts.get("succeeded"), counts.get("busy")];
  assert.equal(succeeded + busy, clients, JSON.stringify([...counts]));
  assert.ok(succeeded >= 8);
}

Deno.test("a thousand clients on eight places are all answered, and no run is lost", async () => {
  const stub = stubEngine(8, 256);
  await using runner = await serve(stub);
  const counts = await crowd(runner.url, 1_000, "return");
  check(counts, 1_000);
  await stub.taking(0);
  assert.equal(stub.played.length, counts.get("succeeded"));
});

const absent = await absentBox("plain");
Deno.test({
  name: `a thousand clients on eight processes are all answered, and no run is lost${
    absent === undefined ? "" : ` (${absent})`
  }`,
  ignore: absent !== undefined,
  async fn() {
    await using runner = await spawnRunner({
      CLOISTER_RUNNER_ENGINE: "process",
      CLOISTER_RUNNER_PLACES: "8",
      CLOISTER_RUNNER_MAX_WAITING: "64",
    });
    check(await crowd(runner.url, 1_000, "export default () => 1"), 1_000);
    assert.equal(await runner.stop(), 0);
  },
});
