import * as z from "zod";
import { type Binding, type Sealed, StoredRow } from "./stored.ts";
import type { Vault } from "./vault.ts";

/** What a secret signs for: one hook or one webhook, by its UUID. */
export interface Subject {
  kind: "hook" | "webhook";
  id: string;
  ownerId: string;
  agentId: string;
}

/** A new locked secret: its id, and what locks it. */
export interface NewSigning extends Sealed {
  id: string;
}

/** A new secret as Standard Webhooks has them: `whsec_` and 32 random bytes in base64. */
export function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/**
 * Locks what a hook or a webhook is signed with, for it alone: it opens as no other's, and as no
 * secret that a program could name. Throws `secrets_unavailable` where there is no key.
 */
export async function sealSigning(
  vault: Vault,
  subject: Subject,
  { version, value }: { version: number; value: string },
): Promise<NewSigning> {
  const id = crypto.randomUUID();
  return { id, ...await vault.seal(bindingOf(subject, id, version), value) };
}

/**
 * What a hook or a webhook is signed with, newest first, of what the database answered. What was
 * locked for another is as good as broken: throws `internal`, and `secrets_unavailable` where a key
 * is not here.
 */
export async function openSigning(
  vault: Vault,
  subject: Subject,
  answered: unknown,
): Promise<string[]> {
  const stored = z.array(StoredRow).parse(answered);
  return await Promise.all(
    stored.map(({ kid, sealed, binding: { id, version } }) =>
      vault.open({ kid, sealed, binding: bindingOf(subject, id, version) })
    ),
  );
}

function bindingOf(
  { kind, id: about, ownerId, agentId }: Subject,
  id: string,
  version: number,
): Binding {
  return { id, ownerId, agentId, name: `${kind}.${about}`, version, hosts: [], expiresAt: null };
}
