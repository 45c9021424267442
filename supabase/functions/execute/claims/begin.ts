import type { Claimed } from "../../_shared/claim_token.ts";
import type { RunnerCall } from "../../_shared/route.ts";
import type { Beginning, Begun } from "../../_shared/run/pull_wire.ts";
import { fromWire } from "../../_shared/sandbox/remote/wire.ts";
import { jobFor } from "../runs/program.ts";
import { beginRun } from "./repo.ts";

/** What a run may take longer than its wall clock, until it is certainly over. */
const GRACE_MS = 10_000;

/**
 * Begins a run at its runner: only now is it told the program, which was made and sealed here, the
 * input, and the pass for tool calls. A run that may not begin is `dropped`.
 */
export async function beginAt(
  { runner, service, platform }: RunnerCall,
  { run, claim, attempt, limits }: Claimed,
  { engine, layers }: Beginning,
): Promise<Begun> {
  const begun = await beginRun(service, { runner, run, claim }, {
    engine,
    layers,
    limits: JSON.stringify(limits),
    wall_ms: limits.wall_ms,
  });
  if (begun.status === "dropped") return begun;
  const { agent, version, started_at, last_seq, input, source, ...program } = begun;
  const job = await jobFor(program, { input, limits: fromWire(limits), tools: {} }, {
    prepared: platform.prepared,
    source: () => Promise.resolve(source),
  });
  const until = Date.now() + limits.wall_ms + GRACE_MS;
  const pass = await platform.callTokens.issue({ run, attempt }, until);
  const work = "status" in job ? { ending: job } : { program: job.program };
  return { status: "running", agent, version, started_at, last_seq, input, work, pass };
}
