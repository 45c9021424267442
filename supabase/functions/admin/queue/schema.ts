import * as z from "zod";
import { runId } from "../../_shared/run/schema.ts";
import { Timestamp } from "../../_shared/schema.ts";
import { UserId } from "../schema.ts";

/** The path parameter that names the run of a dead letter. */
export const ByDead = z.object({ run: runId.param });

/** How it stands with the queue. */
export const QueueOverview = z.object({
  backend: z.enum(["table", "pgmq"]),
  depth: z.int().min(0).meta({ description: "Queued runs" }),
  delayed: z.int().min(0).meta({ description: "Those that wait for a moment, or were just taken" }),
  oldest_at: Timestamp.nullable(),
  dead_letters: z.int().min(0).meta({ description: "Those that were not replayed" }),
  users: z.array(z.object({
    user_id: UserId,
    queued: z.int().positive(),
    running: z.int().min(0),
    oldest_at: Timestamp,
  })).max(20).meta({ description: "Those with the most queued runs" }),
  workers: z.array(z.object({ worker: z.string().max(100), runs: z.int().positive() })).max(100)
    .meta({ description: "Who has queued runs in hand" }),
}).meta({ id: "QueueOverview" });
export type QueueOverview = z.infer<typeof QueueOverview>;

/** A run that infrastructure lost at every attempt. */
export const DeadLetter = z.object({
  run: runId.wire,
  user_id: UserId,
  agent: z.string().max(63),
  attempts: z.int().positive(),
  reason: z.string().max(64),
  died_at: Timestamp,
  replayed_at: Timestamp.nullable(),
  replayed_by: UserId.nullable(),
  replay_run: runId.wire.nullable(),
}).meta({ id: "DeadLetter" });
export type DeadLetter = z.infer<typeof DeadLetter>;

/** What a row must be for us to serve it. */
export const DeadLetterRow = z.object({
  run_id: z.uuid(),
  owner_id: UserId,
  agent_name: z.string(),
  attempts: z.int(),
  reason: z.string(),
  died_at: Timestamp,
  replayed_at: Timestamp.nullable(),
  replayed_by: UserId.nullable(),
  replay_run_id: z.uuid().nullable(),
}).transform(({ run_id, owner_id, agent_name, replay_run_id, ...row }): DeadLetter => ({
  ...row,
  run: runId.of(run_id),
  user_id: owner_id,
  agent: agent_name,
  replay_run: replay_run_id && runId.of(replay_run_id),
}));

/** The run that a dead letter was queued as, anew. */
export const Replay = z.object({ run: runId.wire }).meta({ id: "Replay" });
export type Replay = z.infer<typeof Replay>;

/** The key of a dead letter in a list. */
export const DeadRun = runId.param;

/** The wire's spelling of a run that was queued anew. */
export const ReplayedRow = z.uuid().transform((id): Replay => ({ run: runId.of(id) }));
