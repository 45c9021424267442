import assert from "@std/assert";
import {
  DEFAULT_LIMITS,
  type Ending,
  type Engine,
  EngineLost,
  type Event,
} from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { verify } from "../../../supabase/functions/admin/sandbox/verify.ts";

const USAGE = {
  wallMs: 1,
  cpuMs: 1,
  memoryBytes: 1,
  outputBytes: 1,
  logBytes: 1,
  events: 1,
  toolCalls: 0,
};
const FINE: Ending = { type: "ending", status: "succeeded", output: "1", usage: USAGE };

/** An engine on which every program ends as it is told. */
function scripted(...script: (Event | Ending | Error)[]): Engine {
  return {
    name: "scripted",
    defaults: DEFAULT_LIMITS,
    ceiling: DEFAULT_LIMITS,
    admit: () =>
      Promise.resolve({
        engine: "scripted",
        layers: ["paper"],
        leave() {},
        async *run() {
          for (const step of await Promise.resolve(script)) {
            if (step instanceof Error) throw step;
            yield step;
          }
        },
      }),
    async *run() {},
  };
}

function play(engine: Engine, want: "ok" | "timeout" | "refused", signal = never()) {
  const program = { name: "p", want, attempted: "this", source: "" };
  return verify(engine, [program], { tenant: "t", signal });
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function verdictOf(engine: Engine, want: "ok" | "timeout" | "refused") {
  const { held, breached, skipped, programs: [verdict] } = await play(engine, want);
  assert.equal(held + breached + skipped, 1);
  return [verdict?.ending, verdict?.held];
}

Deno.test("verify() says of a sandbox that does not hold that it was breached", async () => {
  const failed = (message: string, kind: "threw" | "internal" = "threw"): Ending => ({
    type: "ending",
    status: "failed",
    error: { kind, name: "Error", message },
    usage: USAGE,
  });
  assert.deepEqual(await verdictOf(scripted(FINE), "ok"), ["succeeded", true]);
  assert.deepEqual(await verdictOf(scripted(FINE), "timeout"), ["succeeded", false]);
  const breach: Ending = { ...FINE, output: '{"breach":"/etc/passwd"}' };
  assert.deepEqual(await verdictOf(scripted(breach), "refused"), ["succeeded", false]);
  assert.deepEqual(await verdictOf(scripted(failed("no fetch")), "refused"), ["threw", true]);
  assert.deepEqual(await verdictOf(scripted(failed("/root/x.ts:1")), "refused"), ["threw", false]);
  const ours = failed("The sandbox failed.", "internal");
  assert.deepEqual(await verdictOf(scripted(ours), "timeout"), ["internal", false]);
  const called: Event = { type: "tool.result", call: 1, tool: "fetch", ok: true, ms: 1 };
  assert.deepEqual(await verdictOf(scripted(called, FINE), "refused"), ["succeeded", false]);
});

Deno.test("verify() does not call a program held when its sandbox was lost, or never ended it", async () => {
  assert.deepEqual(await verdictOf(scripted(new EngineLost("gone")), "timeout"), ["lost", false]);
  assert.deepEqual(await verdictOf(scripted(), "timeout"), ["lost", false]);
});

Deno.test("verify() skips what there is no time for, and says so", async () => {
  const report = await play(scripted(FINE), "ok", AbortSignal.abort());
  assert.deepEqual([report.held, report.breached, report.skipped], [0, 0, 1]);
  assert.deepEqual(report.programs.map(({ ending, held }) => [ending, held]), [["skipped", null]]);
});
