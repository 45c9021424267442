/**
 * `deno task keys`: makes the ES256 key that API keys need, into a file that is not there yet, and
 * says how a project comes to trust it. Nothing is sent anywhere.
 */
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { join } from "node:path";
import { ROOT } from "./graph.ts";

/** A new private ES256 key as a JWK, with the marks of `supabase gen signing-key`. */
export async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const marks = { alg: "ES256", use: "sig", key_ops: ["sign", "verify"], ext: true };
  return { ...(await exportJWK(privateKey)), ...marks, kid: crypto.randomUUID() };
}

/** Writes a key for its owner's eyes alone. Throws `AlreadyExists` rather than overwrite one. */
export async function writeSigningKey(path: string, key: JWK): Promise<void> {
  const options = { createNew: true, mode: 0o600 };
  await Deno.writeTextFile(path, `CLOISTER_SIGNING_KEY='${JSON.stringify(key)}'\n`, options);
}

/** What to do with a key, step by step. */
export function instructions(path: string): string {
  return `A new ES256 signing key is in ${path}: whoever has it can be anybody in your project.

1. Let the project trust it. In the dashboard, Project Settings, JWT Keys, JWT Signing Keys:
   "Create Standby Key", ECC (P-256), import an existing private key, and paste the JWK, which is
   what stands between the quotes in the file. It need not be rotated in: what it signs is accepted
   while it is on standby, too. Do not revoke it while API keys are in use.
2. Wait 20 minutes, until no cache knows the key set from before.
3. Hand it to the functions, and delete the file:

     supabase secrets set --env-file ${path}
     rm ${path}

4. See that it is in use: GET /functions/v1/agents/health answers "api_keys": true.

With \`supabase start\`: put the JWK, in square brackets, into a file that [auth] signing_keys_path
in supabase/config.toml names, and the line above into supabase/functions/.env. The stack of
\`deno task start\` has a key of its own.`;
}

if (import.meta.main) {
  const path = Deno.args[0] ?? join(ROOT, ".env.signing_key");
  try {
    await writeSigningKey(path, await newSigningKey());
    console.log(instructions(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    console.error(`${path} is there already, and is not overwritten.`);
    Deno.exitCode = 1;
  }
}
