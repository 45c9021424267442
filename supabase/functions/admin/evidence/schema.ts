import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { aimed, Kind, Moment, spell, UserId } from "../schema.ts";

const evidenceId = prefixedId("evidence");
/** All sections together have 16 MiB at the most, and a section some brackets more. */
const MAX_SECTION_CHARS = 17_000_000;
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The ids of evidence: UUIDv7 inside, `evidence_…` outside. */
export const EvidenceId = evidenceId;

/** The path parameter that names one bundle. */
export const ByEvidence = z.object({ id: evidenceId.param });

/** Which bundles to list. */
export const EvidenceQuery = PageQuery.extend({ kind: Kind.optional() });
export type EvidenceQuery = z.infer<typeof EvidenceQuery>;

/** What to freeze, from when to when, and why. */
export const NewEvidence = aimed({
  reason: text(2_000).min(1),
  since: Moment.optional().meta({ description: "Thirty days before `until` if left out" }),
  until: Moment.optional().meta({ description: "Now, if left out" }),
}).meta({ id: "NewEvidence" });
export type NewEvidence = z.infer<typeof NewEvidence>;

/** What was frozen. */
export const Evidence = z.object({
  id: evidenceId.wire,
  kind: Kind,
  target: z.string().max(64).nullable(),
  reason: z.string().max(2_000),
  since: Timestamp,
  until: Timestamp,
  created_by: UserId.nullable(),
  created_at: Timestamp,
}).meta({ id: "Evidence" });
export type Evidence = z.infer<typeof Evidence>;

/** What a row must be for us to serve it. */
export const EvidenceRow = Evidence.extend({ id: z.uuid(), target: z.guid().nullable() })
  .transform((row): Evidence => ({
    ...row,
    id: evidenceId.of(row.id),
    target: row.target && spell(row.kind, row.target),
  }));

/** The sections of a bundle: each is a JSON text, of which every byte counts. */
export const Sections = z.record(z.string().max(64), z.string().max(MAX_SECTION_CHARS));
export type Sections = z.infer<typeof Sections>;

/** The newest entry of the audit log when something was frozen. */
export const AuditHead = z.object({ seq: z.int().min(0), hash: Sha256 });

/** What is signed: what was frozen, and the digest of each section. */
export const Manifest = z.strictObject({
  format: z.literal("cloister-evidence/1"),
  issuer: z.string().max(500),
  id: evidenceId.wire,
  kind: Kind,
  target: z.string().max(64).nullable(),
  reason: z.string().max(2_000),
  since: Timestamp,
  until: Timestamp,
  frozen_at: Timestamp,
  frozen_by: UserId,
  audit_head: AuditHead,
  sections: z.record(z.string().max(64), z.object({ sha256: Sha256, bytes: z.int().min(0) })),
}).meta({ id: "Manifest" });
export type Manifest = z.infer<typeof Manifest>;

/** A bundle: it can be verified by whoever has it and the project's public keys. */
export const Bundle = z.strictObject({
  manifest: Manifest,
  signature: z.string().max(1_048_576).meta({
    description: 'A compact JWS (ES256) over `{"cloister_evidence": manifest}`',
  }),
  sections: Sections.meta({
    description: "JSON texts; the manifest holds the SHA-256 of the UTF-8 of each",
  }),
}).meta({ id: "Bundle" });
export type Bundle = z.infer<typeof Bundle>;

/** What a row must be for us to make a bundle of it. */
export const BundleRow = z.object({
  manifest: z.string().transform((json): unknown => JSON.parse(json)).pipe(Manifest),
  signature: z.string(),
  sections: z.string(),
}).transform(({ sections, ...row }) => ({ ...row, packed: sections }));
export type BundleRow = z.infer<typeof BundleRow>;
