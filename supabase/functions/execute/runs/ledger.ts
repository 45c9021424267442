import * as z from "zod";
import { type Reply, rows } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import type { RunLedger } from "../../_shared/run/ledger.ts";
import type { Service } from "../../_shared/service.ts";
import { type Run, type RunLimits, RunRow } from "./schema.ts";

/** What queueing a run needs; everything in it was checked. */
export interface QueueRequest {
  id: string;
  caller: string;
  /** The API key that the caller came with. */
  keyId: string | undefined;
  agent: string;
  version: number;
  /** The version's own id: the run starts only if name and number still mean this one. */
  programId: string;
  /** JSON text. */
  input: string;
  /** Whether the operator's ceiling decides alone about tools. */
  recording: boolean;
  requestId: string;
  /** The request's place in a trace, which a queued run goes on with. */
  traceparent?: string | undefined;
  idempotency?: Idempotency;
}

/** What starting a run at once needs beside that. */
export interface StartRequest extends QueueRequest {
  engine: string;
  layers: readonly string[];
  limits: RunLimits;
}

/** Who starts a run, and with which API key. */
export interface Starter {
  userId: string;
  keyId: string | undefined;
}

/** A caller's idempotency key, and a hash of what it must always come with. */
export interface Idempotency {
  key: string;
  hash: string;
}

/**
 * How long the database may take to hear that a run lives. Three reports may fail, and it has not
 * been silent for the 20 s after which it is lost.
 */
const REPORT_MS = 5_000;

/** What is written about runs, with the secret key, since no user may write it. */
export interface Ledger extends RunLedger<Run> {
  /** The run that a key stands for, if it stands for one. */
  replay(who: Starter, idempotency: Idempotency): Promise<Run | undefined>;
  /** Claims a run. An earlier run with the same idempotency key comes back instead of a new one. */
  start(request: StartRequest): Promise<Run>;
  /** Queues a run. An earlier run with the same idempotency key comes back instead of a new one. */
  enqueue(request: QueueRequest): Promise<Run>;
}

/** The ledger in Postgres. JSON crosses as text, so that it is stored byte for byte. */
export function createLedger(service: Service): Ledger {
  return {
    async replay({ userId, keyId }, { key, hash }) {
      const args = {
        caller: userId,
        idempotency_key: key,
        request_hash: hash,
        ...(keyId !== undefined && { key_id: keyId }),
      };
      const [run] = RunRow.array().parse(rows(await service("find_replay", args)));
      return run;
    },
    async start({ engine, layers, limits, ...request }) {
      const reply = await service("start_run", {
        ...argsOf(request),
        engine,
        layers: [...layers],
        limits: JSON.stringify(limits),
        wall_ms: limits.wall_ms,
      });
      return theRun(reply);
    },
    async enqueue(request) {
      const { traceparent } = request;
      const trace = traceparent === undefined ? {} : { traceparent };
      return theRun(await service("enqueue_run", { ...argsOf(request), ...trace }));
    },
    async append({ id, attempt }, events) {
      const args = { run_id: id, events: JSON.stringify(events), attempt };
      const patience = AbortSignal.timeout(REPORT_MS);
      const reply = await service("append_run_events", args, patience);
      return z.boolean().parse(rows(reply));
    },
    async settle({ id, attempt }, { status, output, error, usage }, events) {
      const ending = {
        status,
        output: output ?? null,
        error: error ? JSON.stringify(error) : null,
        usage: usage && JSON.stringify(usage),
      };
      const reply = await service("settle_run", {
        run_id: id,
        ending: JSON.stringify(ending),
        events: JSON.stringify(events),
        attempt,
      });
      return theRun(reply);
    },
  };
}

function argsOf(
  { id, keyId, agent, requestId, programId, idempotency, traceparent: _, ...rest }: QueueRequest,
) {
  return {
    ...rest,
    run_id: id,
    agent_name: agent,
    request_id: requestId,
    program_id: programId,
    ...(keyId !== undefined && { key_id: keyId }),
    ...(idempotency && { idempotency_key: idempotency.key, request_hash: idempotency.hash }),
  };
}

/** The one run that a function answers; none is left when its owner was deleted meanwhile. */
function theRun(reply: Reply<unknown>): Run {
  const [run] = RunRow.array().parse(rows(reply));
  if (run === undefined) throw new Fault("not_found");
  return run;
}
