import type { Engine } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { holdAttacks, startBoxed } from "./suite.ts";

/** The weakest that an operator may choose: machine code, and a process that is used again. */
await holdAttacks("a kept process", async () => {
  const keepAlive = { runs: 100, idleMs: 200 };
  const started = await startBoxed({ box: "plain", jit: true, keepAlive });
  return { ...started, engine: asOneTenant(started.engine) };
}, {
  fits: ({ name }) => /^[snx]/.test(name),
  missing: await absentBox("plain"),
});

/** Every run is the same tenant's: only then is a process used again. */
function asOneTenant(engine: Engine): Engine {
  return {
    ...engine,
    name: engine.name,
    defaults: engine.defaults,
    ceiling: engine.ceiling,
    admit: (claim, signal) => engine.admit(claim, signal),
    async *run(job, signal) {
      const claim = { run: crypto.randomUUID(), tenant: "ann", limits: job.limits };
      const place = await engine.admit(claim, signal);
      yield* place.run(job, signal);
    },
  };
}
