import * as z from "zod";
import { InputSchema, SmallInputSchema } from "../../_shared/input_schema.ts";
import { NO_POLICY, Policy } from "../../_shared/policy/schema.ts";
import { Name, PageQuery, text, Timestamp } from "../../_shared/schema.ts";

const MAX_SOURCE_BYTES = 256 * 1024;
const MAX_POLICY_CHARS = 32 * 1024;

const Language = z.enum(["typescript", "javascript"]);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const VersionNumber = z.coerce.number().int().positive().max(2 ** 31 - 1);

/** What a caller sends for a new version. Sources and schemas are looked into by `prepare.ts`. */
export const NewVersion = z.strictObject({
  source: text(MAX_SOURCE_BYTES).min(1),
  language: Language.default("typescript"),
  input_schema: SmallInputSchema.default(null),
  policy: Policy.prefault({}).refine(
    (policy) => JSON.stringify(policy).length <= MAX_POLICY_CHARS,
    `must have at most ${MAX_POLICY_CHARS} characters as JSON, with what is left out`,
  ),
  publish: z.boolean().default(true),
}).meta({ id: "NewVersion" });
export type NewVersion = z.infer<typeof NewVersion>;

/** What the check of a source, and of its policy, remarks: an `error` refuses the source, a `warning` does not. */
export const Finding = z.object({
  severity: z.enum(["error", "warning"]),
  code: z.string().max(64),
  message: z.string().max(1_000),
  line: z.int().positive(),
  column: z.int().positive(),
}).meta({ id: "Finding" });
export type Finding = z.infer<typeof Finding>;

/** The path parameters that name one version. */
export const ByVersion = z.object({ name: Name, version: VersionNumber });

/** Which policy is approved: the one that was read, and no other that came in its place since. */
export const ApprovalQuery = z.strictObject({ policy_hash: Sha256.optional() });

/** Which version to compare with; the one before by default. */
export const DiffQuery = z.strictObject({ against: VersionNumber.optional() });

/** Which versions to list. */
export const VersionQuery = PageQuery;

/** Whether a person has to approve what a version is granted before it runs. */
const Approval = z.enum(["not_needed", "needed", "approved"]).meta({
  description: "`needed`: it is granted more than the last version that could run",
});

/** A version in a list. */
export const VersionSummary = z.object({
  version: z.int().positive(),
  language: Language,
  source_hash: Sha256.meta({ description: "SHA-256 of the source" }),
  created_at: Timestamp,
  published_at: Timestamp.nullable().meta({ description: "When it was first published" }),
  approval: Approval,
  approved_at: Timestamp.nullable(),
}).meta({ id: "VersionSummary" });
export type VersionSummary = z.infer<typeof VersionSummary>;

/** A version: immutable, so that what ran yesterday can be read today. */
export const Version = VersionSummary.extend({
  source: z.string().max(MAX_SOURCE_BYTES),
  input_schema: InputSchema.nullable(),
  policy: Policy,
  policy_hash: Sha256.meta({ description: "Names the policy: it is approved by this" }),
  findings: z.array(Finding).max(200),
}).meta({ id: "Version" });
export type Version = z.infer<typeof Version>;

/**
 * What a row must be for us to serve it. One that was written around the API may say anything; a
 * policy that cannot be read grants nothing.
 */
export const VersionRow = Version.extend({
  input_schema: InputSchema.nullable().catch(null),
  policy: Policy.catch(NO_POLICY),
  findings: Version.shape.findings.catch([]),
});

/** Each line of two sources of 256 KiB with its mark, and some room for what is between them. */
const MAX_PATCH = 2 * 1024 * 1024;

/** What changed between two versions. */
export const VersionDiff = z.object({
  from: z.int().positive(),
  to: z.int().positive(),
  patch: z.string().max(MAX_PATCH).meta({
    description: "Unified diff; empty when the sources are the same",
  }),
}).meta({ id: "VersionDiff" });
export type VersionDiff = z.infer<typeof VersionDiff>;
