import * as z from "zod";

const Text = z.string().nullable();

/** An entry of the audit log as the Data API answers it. */
const Entry = z.object({
  prev_hash: z.string(),
  seq: z.int(),
  at: z.string(),
  actor_id: Text,
  key_id: Text,
  db_role: z.string(),
  action: z.string(),
  resource_type: z.string(),
  resource_id: Text,
  outcome: z.string(),
  details: z.json(),
  request_id: Text,
  address: Text,
  user_agent: Text,
  via: z.string(),
  policy_hash: Text,
});

/** The hash of an entry, from nothing but the entry: the format is described in the chapter on audit. */
export async function hashEntry(exported: unknown): Promise<string> {
  const entry = Entry.parse(exported);
  const canonical = JSON.stringify([
    entry.prev_hash,
    String(entry.seq),
    new Date(entry.at).toISOString(),
    entry.actor_id,
    entry.key_id,
    entry.db_role,
    entry.action,
    entry.resource_type,
    entry.resource_id,
    entry.outcome,
    jsonbText(entry.details),
    entry.request_id,
    entry.address,
    entry.user_agent,
    entry.via,
    entry.policy_hash,
  ]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON as Postgres writes jsonb: keys by length in bytes, then by bytes; a space after `,` and `:`. */
function jsonbText(value: z.core.util.JSONType): string {
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .map(([key, member]) => ({ bytes: new TextEncoder().encode(key), key, member }))
    .sort((a, b) => a.bytes.length - b.bytes.length || compare(a.bytes, b.bytes))
    .map(({ key, member }) => `${JSON.stringify(key)}: ${jsonbText(member)}`);
  return `{${members.join(", ")}}`;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
