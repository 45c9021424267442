import { keepAlive } from "../../_shared/background.ts";
import type { EngineHost } from "../../_shared/engine.ts";
import type { Call } from "../../_shared/route.ts";
import { createLedger } from "./ledger.ts";
import { type LiveRun, perform } from "./perform.ts";
import { jobFor } from "./program.ts";
import { findSource } from "./repo.ts";
import { runId } from "./schema.ts";
import type { Started } from "./start.ts";
import { createRunTools, type Waiting } from "./tools.ts";

/** What a run may take longer than its wall clock, until it is certainly over. */
const GRACE_MS = 10_000;

/** Where the runs of this isolate go on. */
export interface Stage {
  engine: EngineHost;
  /** Performs a started run in its place, whether or not its caller stays. */
  launch(call: Call, started: Started): LiveRun;
  /** Stops a run at once if it goes on here; elsewhere it notices within a second by itself. */
  cancel(id: string): void;
}

/** An empty stage over an engine. */
export function createStage(engine: EngineHost): Stage {
  const live = new Map<string, LiveRun>();
  return {
    engine,
    launch({ db, service, platform, requestId }, { run, program, input, limits, place }) {
      const { log, prepared, callTokens, toolsUrl: url } = platform;
      const source = () => findSource(db, program.id);
      const token = callTokens.issue(
        runId.param.parse(run.id),
        Date.now() + limits.wallMs + GRACE_MS,
      );
      const onWaiting = (waiting: Waiting) => going.tell("tool.waiting", { ...waiting });
      const tools = createRunTools({ url, token, requestId, log, onWaiting });
      const job = jobFor(program, { input, limits, tools }, { prepared, source });
      const going: LiveRun = perform(run, job, { place, ledger: createLedger(service), log });
      live.set(run.id, going);
      const left = going.settled.then(() => {}, () => {}).then(() => void live.delete(run.id));
      keepAlive(left);
      return going;
    },
    cancel: (id) => live.get(id)?.cancel(),
  };
}
