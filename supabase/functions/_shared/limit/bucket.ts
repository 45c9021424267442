import { sha256Hex } from "../auth/key.ts";

const PLAIN = /^[a-z0-9._:/-]{1,100}$/;

/**
 * The name that something is counted under. It reaches Redis and Postgres as it is, so whatever is
 * long or odd becomes its SHA-256.
 */
export async function bucketOf(kind: string, subject: string): Promise<string> {
  if (PLAIN.test(subject)) return `${kind}:${subject}`;
  return `${kind}:sha256:${await sha256Hex(subject)}`;
}
