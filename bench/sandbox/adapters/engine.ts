import {
  type Ending,
  type Engine,
  type Event,
  type Limits,
} from "../../../supabase/functions/_shared/sandbox/engine.ts";
import type { Job, Outcome } from "../adapter.ts";

const TENANT = "bench";

/** Runs jobs on one of our own engines as `execute` does: a place first, then the run. */
export function benchEngine(engine: Engine): { run(job: Job): Promise<Outcome> } {
  return {
    async run({ program, input, tools, limits: asked }) {
      const limits = withinCeiling(engine, asked);
      const { signal } = new AbortController();
      const claim = { run: crypto.randomUUID(), tenant: TENANT, limits };
      const place = await engine.admit(claim, signal);
      return await listen(place.run({ program, input, tools, limits }, signal));
    },
  };
}

async function listen(events: AsyncIterable<Event | Ending>): Promise<Outcome> {
  let logs = 0;
  let outcome: Outcome | undefined;
  for await (const event of events) {
    if (event.type === "log") logs++;
    if (event.type !== "ending") continue;
    const { status, output, error } = event;
    outcome = {
      status,
      logs,
      ...(output !== undefined && { output }),
      ...(error && { error: `${error.kind}: ${error.message}` }),
    };
  }
  if (!outcome) throw new Error("the run has no ending");
  return outcome;
}

function withinCeiling({ ceiling, defaults }: Engine, asked: Job["limits"]): Limits {
  return {
    ...defaults,
    wallMs: Math.min(asked.wallMs, ceiling.wallMs),
    cpuMs: Math.min(asked.cpuMs, ceiling.cpuMs),
    memoryBytes: Math.min(asked.memoryBytes, ceiling.memoryBytes),
    outputBytes: Math.min(asked.outputBytes, ceiling.outputBytes),
    logBytes: Math.min(asked.logBytes, ceiling.logBytes),
    events: Math.min(asked.events, ceiling.events),
    toolCalls: Math.min(asked.toolCalls, ceiling.toolCalls),
  };
}
