const PLAIN = /^[a-z0-9._:/-]{1,100}$/;

/**
 * The name that something is counted under. It reaches Redis and Postgres as it is, so whatever is
 * long or odd becomes its SHA-256.
 */
export async function bucketOf(kind: string, subject: string): Promise<string> {
  if (PLAIN.test(subject)) return `${kind}:${subject}`;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subject));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0"));
  return `${kind}:sha256:${hex.join("")}`;
}
