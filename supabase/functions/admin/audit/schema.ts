import * as z from "zod";
import { PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { Interval, KeyId, UserId, Word } from "../schema.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Outcome = z.enum(["succeeded", "denied"]);
const Seq = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Which entries: all that is given must fit. */
export const AuditFilter = Interval.extend({
  actor: UserId.optional(),
  key: KeyId.param.optional(),
  action: z.string().regex(/^[a-z_]{1,32}\.[a-z_]{1,32}$/).optional(),
  resource_type: Word.optional(),
  resource_id: text(200).min(1).optional(),
  outcome: Outcome.optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

/** Which entries to list. */
export const AuditQuery = AuditFilter.extend(PageQuery.shape);

/** Which entries to export, and how they are written. */
export const ExportQuery = AuditFilter.extend({
  format: z.enum(["ndjson", "csv"]).default("ndjson"),
});
export type ExportFormat = z.infer<typeof ExportQuery>["format"];

/** Which stretch, and what somebody remembers of an earlier look: the log must still hold it. */
export const VerificationQuery = z.strictObject({
  since_seq: Seq.default(1),
  until_seq: Seq.exactOptional(),
  expected_seq: Seq.exactOptional(),
  expected_hash: Hash.exactOptional(),
}).refine(
  (query) => (query.expected_seq === undefined) === (query.expected_hash === undefined),
  "expected_seq and expected_hash go together",
).refine(
  ({ since_seq, until_seq = since_seq }) => since_seq <= until_seq,
  { path: ["until_seq"], error: "must not be less than since_seq" },
);
export type VerificationQuery = z.infer<typeof VerificationQuery>;

/** One entry of the audit log: the row as its hash covers it, ids and all. */
export const AuditEntry = z.object({
  seq: z.int().positive(),
  at: Timestamp.meta({ description: "To the millisecond" }),
  actor_id: z.guid().nullable().meta({ description: "The user, where there was one" }),
  key_id: z.guid().nullable().meta({ description: "The API key that the user came with" }),
  db_role: z.string().max(63),
  action: z.string().max(128),
  resource_type: z.string().max(128),
  resource_id: z.string().max(512).nullable(),
  outcome: Outcome,
  details: z.unknown(),
  request_id: z.string().max(512).nullable(),
  address: z.string().max(512).nullable(),
  /** 512 characters as Postgres counts them: each may be two of ours. */
  user_agent: z.string().max(1_024).nullable(),
  via: z.string().max(16)
    .meta({ description: "`api`: through the functions; `direct`: around them; `sql`: neither" }),
  policy_hash: z.string().max(64).nullable(),
  prev_hash: Hash,
  hash: Hash,
}).meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The columns of an entry, in the order that exports have them. */
export const AUDIT_COLUMNS = AuditEntry.keyof().options;

/** A signed place of the log: the entries up to it have expired. */
export const Checkpoint = z.object({
  seq: z.int().positive(),
  hash: Hash,
  at: Timestamp,
  entries: z.int().positive().meta({ description: "Since the checkpoint before" }),
  signature: z.string().max(4_096).meta({
    description: "A compact JWS of `{cloister_checkpoint: {issuer, seq, hash, at, entries}}`, by " +
      "one of the project's keys",
  }),
}).meta({ id: "Checkpoint" });

/** Whether the chain holds: nothing edited, missing, reordered or cut off. */
export const ChainReport = z.object({
  ok: z.boolean(),
  checked: z.int().min(0).meta({ description: "How many entries were found whole" }),
  since_seq: z.int().min(1),
  until_seq: z.int().min(0)
    .meta({ description: "The last of them; `since_seq` - 1 where there is none" }),
  head_seq: z.int().min(0),
  head_hash: Hash,
  problem: z.enum(["edited", "missing", "reordered", "truncated"]).nullable(),
  at_seq: z.int().nullable(),
  compared: z.boolean().meta({
    description:
      "Whether there was anything to compare `expected_hash` with: of an entry that has " +
      "expired, only a checkpoint knows the hash. Where not, `ok` says nothing of it",
  }),
  checkpoint: Checkpoint.nullable()
    .meta({ description: "Where the log begins, if any of it has expired" }),
}).meta({ id: "ChainReport" });
export type ChainReport = z.infer<typeof ChainReport>;
