/** Our `process` engine; BENCH_VARIANT chooses machine code, or processes that are kept or forked. */
import {
  type ProcessEngine,
  startProcessEngine,
} from "../../../supabase/functions/_shared/sandbox/process/engine.ts";
import type { Sandbox } from "../adapter.ts";
import { benchEngine } from "./engine.ts";
import { KEEP, POOL, waitWarm } from "./pool.ts";

const variant = Deno.env.get("BENCH_VARIANT");
let engine: ProcessEngine | undefined;

function started(): ProcessEngine {
  if (!engine) throw new Error("the engine is not started");
  return engine;
}

/** A run in a kept process has a warm one lent to it until it ends. */
const refilled = () =>
  waitWarm(() => {
    const { warm, taken } = started().stats();
    return variant === "keep" ? warm + taken : warm;
  });

export const sandbox: Sandbox = {
  async start() {
    engine = await startProcessEngine({
      ...POOL,
      jit: variant === "jit",
      ...(variant === "keep" && { keepAlive: KEEP }),
      ...(variant === "fork" && { start: "fork" }),
    });
    await refilled();
  },
  run: (job) => benchEngine(started()).run(job),
  refilled,
  about: () => started().layers.join(", "),
  async stop() {
    await started()[Symbol.asyncDispose]();
  },
};
