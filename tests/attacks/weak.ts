import type {
  Ending,
  Engine,
  Event,
  Job,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../supabase/functions/_shared/sandbox/quickjs/engine.ts";

/**
 * An engine that holds, with one hole: what `weaken` does stands for a program of the kind `of` that
 * got out.
 */
export function makeWeak(
  weaken: (job: Job) => unknown,
  change: (event: Event | Ending) => unknown = (event) => event,
  of = /ATTACK/,
): Engine {
  return {
    ...quickJs,
    name: "weak",
    async *run(job, signal) {
      const hostile = of.test(job.program);
      if (hostile) await weaken(job);
      for await (const event of quickJs.run(job, signal)) {
        const changed = hostile ? change(event) : event;
        if (isEvent(changed)) yield changed;
      }
    },
  };
}

function isEvent(value: unknown): value is Event | Ending {
  return typeof value === "object" && value !== null;
}
