import * as z from "zod";
import type { EngineHost } from "../../_shared/engine.ts";
import { type Route, route } from "../../_shared/route.ts";
import type { Platform } from "../../_shared/platform.ts";
import { createVault, type Vault } from "../../_shared/vault/vault.ts";
import { calls } from "../calls/routes.ts";
import { createHooks } from "../hooks/routes.ts";
import { createInvocations } from "../invocations/routes.ts";
import { createQueue } from "../queue/routes.ts";
import { createWorker } from "../queue/worker.ts";
import { execute, followEvents, wantsStream } from "./execute.ts";
import * as repo from "./repo.ts";
import { ByAgent, ByRun, EventQuery, NewRun, Run, RunEvents, runId } from "./schema.ts";
import { createStage } from "./stage.ts";

/** What starting a run can be refused with. */
const START_FAULTS = [
  "invalid_input",
  "agent_archived",
  "agent_quarantined",
  "too_many_runs",
  "queue_full",
  "run_in_progress",
  "idempotency_key_reused",
  "engine_busy",
  "engine_unavailable",
] as const;

/** What runs need beside an engine. */
export interface RunsDeps {
  /** Whose queued runs are worked off here; everybody's, if left out. */
  onlyOwner?: string;
  /** Opens what hooks are signed with; there are no keys, if left out. */
  vault?: Vault;
  /** Told of each run that ended here. */
  onSettled?(platform: Platform): void;
}

/**
 * Runs: executions of agents, by one engine, which works off the queue, too. Long because it is a
 * table: one entry a route.
 */
export function createRuns(
  engine: EngineHost,
  { onlyOwner, vault = createVault({ keys: [], keeper: "cloister" }), onSettled }: RunsDeps = {},
): readonly Route[] {
  const stage = createStage(engine, onSettled);
  const worker = createWorker(stage, onlyOwner);
  return [
    route(
      {
        method: "post",
        path: "/agents/:name",
        summary:
          "Execute an agent and wait, watch it with `Accept: text/event-stream`, or let it " +
          "run with `Prefer: respond-async`",
        accept: z.object({ params: ByAgent, body: NewRun }),
        headers: {
          "idempotency-key": "a request repeated with the same key gets the same run, for 24 hours",
          "prefer": "`respond-async` queues the run and answers 202 at once, `wait=<seconds>` no " +
            "later than that",
        },
        needs: "agents:execute",
        budget: "execute",
        reply: Run,
        streams: "agents:stream",
        defers: true,
        faults: START_FAULTS,
      },
      ({ params, body }, call) => execute({ stage, worker }, call, { agent: params.name, body }),
    ),
    route({
      method: "get",
      path: "/runs/:id",
      summary: "Get a run",
      accept: z.object({ params: ByRun }),
      needs: "agents:read",
      budget: "read",
      reply: Run,
    }, ({ params }, { db }) => repo.findRun(db, params.id)),
    route({
      method: "get",
      path: "/runs/:id/events",
      summary: "Get a run's events, or follow them with `Accept: text/event-stream`",
      accept: z.object({ params: ByRun, query: EventQuery }),
      headers: { "last-event-id": "where a lost stream goes on" },
      needs: "agents:read",
      budget: "read",
      reply: RunEvents,
      streams: "agents:stream",
    }, async ({ params: { id }, query: { after } }, call) => {
      if (wantsStream(call)) return followEvents(call, id, after);
      await repo.findRun(call.db, id);
      return { data: await repo.listEvents(call.db, id, after) };
    }),
    route({
      method: "post",
      path: "/runs/:id/cancel",
      summary: "Stop a run; one that has ended stays as it is",
      accept: z.object({ params: ByRun }),
      needs: "runs:cancel",
      budget: "write",
      status: 202,
      reply: Run,
    }, async ({ params: { id } }, { db }) => {
      const run = await repo.cancelRun(db, id);
      stage.cancel(runId.of(id));
      return run;
    }),
    ...createInvocations({ stage, worker }, START_FAULTS),
    ...calls,
    ...createQueue(worker),
    ...createHooks({ vault, onQueued: worker.stir }),
  ];
}
