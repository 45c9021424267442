import * as z from "zod";
import { rows } from "../../_shared/db.ts";
import { NO_POLICY, Policy } from "../../_shared/policy/schema.ts";
import type { Service } from "../../_shared/service.ts";
import { type Run, RunRow } from "../runs/schema.ts";

/** A run that the queue gave away, with what is needed to execute it. */
const Claimed = z.object({
  run_id: z.uuid(),
  claim: z.uuid(),
  attempt: z.int().positive(),
  /** The number of the run's last event: its `run.started` will be the next. */
  last_seq: z.int().positive(),
  owner_id: z.guid(),
  recording: z.boolean(),
  /** JSON text. */
  input: z.string(),
  request_id: z.string().nullable(),
  traceparent: z.string().nullable(),
  source: z.string(),
  source_hash: z.string(),
  language: z.enum(["typescript", "javascript"]),
  program: z.string().nullable(),
  seal: z.string().nullable(),
  /** One that cannot be read grants nothing. */
  policy: Policy.catch(NO_POLICY),
});
export type Claimed = z.infer<typeof Claimed>;

/** Within which limits a claimed run begins, and where. */
export interface Beginning {
  engine: string;
  layers: string[];
  /** JSON text. */
  limits: string;
  wall_ms: number;
}

/** How long a worker has to begin what it was given, in seconds. */
const LEASE_S = 30;

/** What the queue answers that gave nothing away, but is worth asking again at once. */
const Again = z.object({ again: z.literal(true) }).transform(() => "again" as const);
const Answer = z.union([Again, Claimed]).nullable();

/**
 * The next run of the queue (of one user, for tests), or undefined where nothing may be taken; "again"
 * where something may be, but not by this question.
 */
export async function claimRun(
  service: Service,
  worker: string,
  onlyOwner: string | undefined,
): Promise<Claimed | "again" | undefined> {
  const reply = await service("claim_queued_run", {
    worker,
    lease_seconds: LEASE_S,
    ...(onlyOwner !== undefined && { only_owner: onlyOwner }),
  });
  return Answer.parse(rows(reply)) ?? undefined;
}

/**
 * Begins a claimed run: it is `running` then, `cancelled` where it may not any more, or `queued` still
 * where its user has no place. Throws `claim_lost` where somebody else has it by now.
 */
export async function beginRun(
  service: Service,
  { run_id, claim }: Claimed,
  how: Beginning,
): Promise<Run> {
  const [run] = RunRow.array().length(1).parse(
    rows(await service("begin_queued_run", { run_id, claim, ...how })),
  );
  if (run === undefined) throw new Error("A claimed run is gone");
  return run;
}

/** Gives a claimed run back that has not begun. */
export async function releaseRun(
  service: Service,
  { run_id, claim }: Claimed,
  { delayMs, reason }: { delayMs: number; reason: string },
): Promise<void> {
  rows(await service("release_queued_run", { run_id, claim, delay_ms: delayMs, reason }));
}
