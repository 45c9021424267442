import * as z from "zod";
import { type Reply, rows } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import type { Ending } from "../../_shared/sandbox/engine.ts";
import type { Service } from "../../_shared/service.ts";
import { type Run, type RunError, type RunLimits, RunRow, type RunUsage } from "./schema.ts";

/** An event on its way to the database and to streams: `data` is JSON text already. */
export interface RecordedEvent {
  seq: number;
  type: string;
  at: string;
  data: string;
}

/** What starting a run needs; everything in it was checked. */
export interface StartRequest {
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
  engine: string;
  layers: readonly string[];
  limits: RunLimits;
  /** Whether the operator's ceiling decides alone about tools. */
  recording: boolean;
  requestId: string;
  idempotency?: Idempotency;
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

/** How a run ended. `output` is JSON text. */
export interface Settlement {
  status: Ending["status"] | "lost";
  output?: string;
  error?: z.infer<typeof RunError>;
  /** Null where nobody can tell. */
  usage: RunUsage | null;
}

/**
 * How long the database may take to hear that a run lives. Three reports may fail, and it has not
 * been silent for the 20 s after which it is lost.
 */
const REPORT_MS = 5_000;

/** What is written about runs, with the secret key, since no user may write it. */
export interface Ledger {
  /** The run that a key stands for, if it stands for one. */
  replay(who: Starter, idempotency: Idempotency): Promise<Run | undefined>;
  /** Claims a run. An earlier run with the same idempotency key comes back instead of a new one. */
  start(request: StartRequest): Promise<Run>;
  /** Stores events while the run goes on; true if its owner asked for it to stop. */
  append(id: string, events: readonly RecordedEvent[]): Promise<boolean>;
  /** Ends the run, once: a run that ended already comes back as it is. */
  settle(id: string, how: Settlement, events: readonly RecordedEvent[]): Promise<Run>;
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
    async start({ id, keyId, agent, limits, layers, requestId, programId, idempotency, ...rest }) {
      const reply = await service("start_run", {
        ...rest,
        run_id: id,
        agent_name: agent,
        layers: [...layers],
        limits: JSON.stringify(limits),
        wall_ms: limits.wall_ms,
        request_id: requestId,
        program_id: programId,
        ...(keyId !== undefined && { key_id: keyId }),
        ...(idempotency && {
          idempotency_key: idempotency.key,
          request_hash: idempotency.hash,
        }),
      });
      return theRun(reply);
    },
    async append(id, events) {
      const args = { run_id: id, events: JSON.stringify(events) };
      const patience = AbortSignal.timeout(REPORT_MS);
      const reply = await service("append_run_events", args, patience);
      return z.boolean().parse(rows(reply));
    },
    async settle(id, { status, output, error, usage }, events) {
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
      });
      return theRun(reply);
    },
  };
}

/** The one run that a function answers; none is left when its owner was deleted meanwhile. */
function theRun(reply: Reply<unknown>): Run {
  const [run] = RunRow.array().parse(rows(reply));
  if (run === undefined) throw new Fault("not_found");
  return run;
}
