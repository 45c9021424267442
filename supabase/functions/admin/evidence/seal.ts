import * as z from "zod";
import type { Signer } from "../../_shared/auth/signer.ts";
import { AuditHead, type Bundle, type Manifest, type Sections } from "./schema.ts";

/** What the manifest says beside the digests. */
export type Facts = Omit<Manifest, "format" | "issuer" | "audit_head" | "sections">;

/** Sections with a manifest of their digests, signed with the project's key. */
export async function seal(
  { signer, issuer }: { signer: Signer; issuer: string },
  facts: Facts,
  sections: Sections,
): Promise<Bundle> {
  const digests = Object.entries(sections).map(async ([name, text]) =>
    [name, await digest(text)] as const
  );
  const manifest: Manifest = {
    format: "cloister-evidence/1",
    issuer,
    ...facts,
    audit_head: auditHead(sections),
    sections: Object.fromEntries(await Promise.all(digests)),
  };
  return { manifest, signature: await signer.seal("evidence", manifest), sections };
}

function auditHead({ audit_head: text = "" }: Sections): Manifest["audit_head"] {
  const [head] = z.tuple([AuditHead]).parse(JSON.parse(text));
  return head;
}

/** The digest and the size of a text's UTF-8. */
export async function digest(text: string): Promise<{ sha256: string; bytes: number }> {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { sha256, bytes: bytes.length };
}
