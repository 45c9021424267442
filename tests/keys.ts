import * as z from "zod";
import { createSigner } from "../supabase/functions/_shared/auth/signer.ts";
import { generateKey } from "../supabase/functions/_shared/auth/key.ts";
import { readEnv } from "../supabase/functions/_shared/env.ts";
import { type Person, testStack } from "./stack.ts";

/** What a key may be made with. */
export interface KeyOptions {
  scopes?: readonly string[];
  agent?: string;
  expiresAt?: Date;
}

/** Everything that a key without further limits may have. */
export const ALL_SCOPES = [
  "agents:read",
  "agents:write",
  "agents:execute",
  "agents:stream",
  "runs:cancel",
];

/** A key of a person, made in the database as the admin function makes it. */
export async function newKey(
  { supabase }: Pick<Person, "supabase">,
  { scopes = ALL_SCOPES, agent, expiresAt }: KeyOptions = {},
): Promise<{ id: string; key: string }> {
  const { key, publicId, secretHash } = await generateKey("test");
  const { data, error } = await supabase.rpc("create_key", {
    name: "test",
    scopes: [...scopes],
    public_id: publicId,
    secret_hash: secretHash,
    ...(agent !== undefined && { agent_name: agent }),
    ...(expiresAt !== undefined && { expires_at: expiresAt.toISOString() }),
  });
  if (error) throw error;
  const [row] = z.array(z.object({ id: z.uuid() })).parse(data);
  if (row === undefined) throw new Error("No key was made");
  return { id: row.id, key };
}

/** The token that a key is exchanged for, for calling the Data API directly. */
export async function tokenOfKey(ownerId: string, keyId: string): Promise<string> {
  const { signingKey, jwtIssuer: issuer } = readEnv(testStack().env);
  if (signingKey === undefined) throw new Error("The stack has no signing key");
  return (await createSigner(signingKey, { issuer }).mint(ownerId, { cloister_key: keyId })).token;
}
