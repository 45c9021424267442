import type { Db } from "../../_shared/db.ts";
import { note } from "../audit/repo.ts";
import { unpack } from "./pack.ts";
import { findBundle } from "./repo.ts";
import type { Bundle } from "./schema.ts";

/** A bundle as it was signed, after the audit log was told who takes it. */
export async function downloadEvidence(db: Db, id: string): Promise<Bundle> {
  const { manifest, signature, packed } = await findBundle(db, id);
  await note(db, {
    action: "evidence.downloaded",
    resourceType: "evidence",
    resourceId: id,
    details: {},
  });
  return { manifest, signature, sections: await unpack(packed) };
}
