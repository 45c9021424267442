import type { Signer } from "../../_shared/auth/signer.ts";
import type { Db } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import { uuid7 } from "../../_shared/ids.ts";
import type { Service } from "../../_shared/service.ts";
import { spell } from "../schema.ts";
import { pack } from "./pack.ts";
import { collect, findEvidence, keep } from "./repo.ts";
import { type Evidence, EvidenceId, type NewEvidence } from "./schema.ts";
import { seal } from "./seal.ts";

const DEFAULT_SPAN_MS = 30 * 86_400_000;
/** What is packed crosses to Postgres in one body, whose limit on hosted projects nobody tells. */
const MAX_PACKED_CHARS = 6 * 1024 * 1024;

/** Who freezes, and what it is signed with. */
export interface Freezing {
  /** As the administrator: the database decides whether they may collect. */
  db: Db;
  service: Service;
  userId: string;
  signer: Signer | undefined;
  /** Whose key the signer's is: the project. */
  issuer: string;
}

/** Collects what there is about something, signs it and keeps it, and says what was frozen. */
export async function freezeEvidence(
  { db, service, userId, signer, issuer }: Freezing,
  { kind, target, reason, ...interval }: NewEvidence,
): Promise<Evidence> {
  if (signer === undefined) throw new Fault("signing_key_missing");
  const scope = { kind, target, ...spanOf(interval) };
  const sections = await collect(db, scope);
  const id = uuid7();
  const { manifest, signature } = await seal({ signer, issuer }, {
    ...scope,
    id: EvidenceId.of(id),
    target: target && spell(kind, target),
    reason,
    frozen_at: new Date().toISOString(),
    frozen_by: userId,
  }, sections);
  const packed = await pack(sections);
  if (packed.length > MAX_PACKED_CHARS) {
    throw new Fault("evidence_too_large", "Freeze a shorter stretch of time, or one agent.");
  }
  const frozen = { ...scope, manifest, signature, packed, id, reason, createdBy: userId };
  await keep(service, frozen);
  return await findEvidence(db, id);
}

function spanOf({ since, until }: Pick<NewEvidence, "since" | "until">) {
  const end = until ?? new Date().toISOString();
  const begin = since ?? new Date(Date.parse(end) - DEFAULT_SPAN_MS).toISOString();
  if (begin < end) return { since: begin, until: end };
  throw new Fault("invalid_request", "`since` must lie before `until`.");
}
