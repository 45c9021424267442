import { keepAlive } from "../../_shared/background.ts";
import type { EngineHost } from "../../_shared/engine.ts";
import type { Platform } from "../../_shared/platform.ts";
import { about, type Log } from "../../_shared/log.ts";
import { type LiveRun, perform } from "../../_shared/run/perform.ts";
import { createRunTools, type Waiting } from "../../_shared/run/tools.ts";
import type { Limits, Place } from "../../_shared/sandbox/engine.ts";
import type { Service } from "../../_shared/service.ts";
import type { Span } from "../../_shared/trace/tracer.ts";
import { createLedger } from "./ledger.ts";
import { jobFor, type SealedProgram } from "./program.ts";
import { type Run, runId } from "./schema.ts";

/** What a run may take longer than its wall clock, until it is certainly over. */
const GRACE_MS = 10_000;

/** On whose account a run goes on. */
export interface Sponsor {
  platform: Platform;
  service: Service;
  requestId: string;
  /** Fetches the version's source, for the rare case that it has to be compiled here. */
  source(): Promise<string>;
}

/** An attempt that has begun, in the place where it is to execute. */
export interface Attempted {
  run: Run;
  program: SealedProgram;
  /** JSON text. */
  input: string;
  limits: Limits;
  place: Place;
  /** The run's own, which ends with it. */
  span: Span;
  /** The number of its `run.started`; 1 if left out. */
  startedSeq?: number;
}

/** Where the runs of this isolate go on. */
export interface Stage {
  engine: EngineHost;
  /** Performs an attempt in its place, whether or not its caller stays. */
  launch(on: Sponsor, attempted: Attempted): LiveRun<Run>;
  /** Stops a run at once if it goes on here; elsewhere it notices within a second by itself. */
  cancel(id: string): void;
}

/** An empty stage over an engine. `onSettled` is told of each run that ended here. */
export function createStage(
  engine: EngineHost,
  onSettled: (platform: Platform) => void = () => {},
): Stage {
  const live = new Map<string, LiveRun<Run>>();
  return {
    engine,
    launch(
      { platform, service, requestId, source },
      { run, program, input, limits, place, span, startedSeq },
    ) {
      const { prepared, callTokens, toolsUrl: url } = platform;
      const at = { run: runId.param.parse(run.id), attempt: run.attempt };
      const log = about(platform.log, { request_id: requestId, run_id: at.run });
      const token = callTokens.issue(at, Date.now() + limits.wallMs + GRACE_MS);
      const onWaiting = (waiting: Waiting) => going.tell("tool.waiting", { ...waiting });
      const { traceparent } = span;
      const tools = createRunTools({ url, token, requestId, traceparent, log, onWaiting });
      const job = jobFor(program, { input, limits, tools }, { prepared, source });
      const deps = { place, ledger: createLedger(service), log };
      const going: LiveRun<Run> = perform(run, job, deps, startedSeq);
      live.set(run.id, going);
      const left = endWith({ span, log }, run, going.settled).then(() => {
        live.delete(run.id);
        onSettled(platform);
      });
      keepAlive(left);
      return going;
    },
    cancel: (id) => live.get(id)?.cancel(),
  };
}

/** Says in the log and of the run's span what became of the run. Never rejects. */
async function endWith(
  { span, log }: { span: Span; log: Log },
  { id, attempt, trigger }: Run,
  settled: Promise<Run>,
) {
  span.set({
    "cloister.run.id": id,
    "cloister.run.attempt": attempt,
    "cloister.run.trigger": trigger,
  });
  try {
    const { status, engine } = await settled;
    span.set({
      "cloister.run.status": status,
      ...(engine !== null && { "cloister.engine": engine }),
    });
    span.end({ failed: status === "lost" });
    log("info", "run", { attempt, trigger, status, engine: engine ?? undefined });
  } catch {
    span.end({ failed: true });
  }
}
