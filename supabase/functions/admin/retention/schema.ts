import * as z from "zod";
import { Timestamp } from "../../_shared/schema.ts";
import { UserId, Word } from "../schema.ts";

const Days = z.int().min(1).max(36_500).nullable().meta({ description: "null is for ever" });
const Count = z.int().min(0);

/** The path parameter that names a kind of things. */
export const ByKind = z.object({ kind: Word });

/** For how long things of a kind are kept, and within which bounds that may be set. */
export const Policy = z.object({
  kind: z.string().max(64),
  keep_days: Days,
  min_days: Count,
  max_days: Count,
  updated_at: Timestamp.nullable(),
  updated_by: UserId.nullable(),
}).meta({ id: "RetentionPolicy" });
export type Policy = z.infer<typeof Policy>;

/** Every kind there is. */
export const Policies = z.object({ data: z.array(Policy).max(100) })
  .meta({ id: "RetentionPolicies" });

/** For how many days things of a kind are to be kept. */
export const PolicyChange = z.strictObject({ keep_days: Days }).meta({ id: "RetentionChange" });

/** What to remove now; with `dry_run`, which is the default, only what would go is counted. */
export const Round = z.strictObject({
  dry_run: z.boolean().default(true),
  kind: Word.exactOptional(),
}).meta({ id: "NewRetentionRound" });
export type Round = z.infer<typeof Round>;

/** What went, or would go: rows by kind, and the months that were dropped as a whole. */
export const Expired = z.object({
  dry_run: z.boolean(),
  counts: z.record(z.string().max(64), Count),
  partitions: z.array(z.string().max(100)).max(10_000),
  more: z.boolean().meta({ description: "Whether there is more than one call removes" }),
}).meta({ id: "RetentionRound" });
export type Expired = z.infer<typeof Expired>;
