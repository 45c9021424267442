/**
 * Checks that secrets stay where they belong: one module opens a client with the secret key for the
 * database and one for the object storage, one signs with the project's signing key, one wires them,
 * and only the functions' environment reader knows the variables' names.
 */
import { sourceFiles } from "./graph.ts";

const SHARED = "supabase/functions/_shared/";
/** Who may say these words, and nobody else among the functions. */
const RULES: readonly { words: RegExp; files: readonly string[] }[] = [
  { words: /SUPABASE_SECRET_KEYS|SERVICE_ROLE/, files: ["env.ts", "env_keys.ts"] },
  { words: /\bcronKey\b/, files: ["env.ts", "platform.ts", "clock.ts"] },
  { words: /\bsecretKey\b/, files: ["env.ts", "platform.ts", "service.ts", "storage.ts"] },
  { words: /CLOISTER_RUNNER_KEY/, files: ["env.ts"] },
  { words: /CLOISTER_ALERT_WEBHOOK_SECRET/, files: ["env.ts"] },
  { words: /CLOISTER_SECRET_KEYS/, files: ["env.ts", "vault/keys.ts"] },
  {
    words: /CLOISTER_(?:OPENAI|ANTHROPIC|BRAVE|RESEND)_KEY|CLOISTER_GITHUB_TOKEN/,
    files: ["env_services.ts"],
  },
  { words: /A256GCM|"AES-GCM"/, files: ["vault/vault.ts"] },
  { words: /\breveal_secret\b/, files: ["service.ts", "vault/reveal.ts", "database.types.ts"] },
  { words: /\bsigningKey\b/, files: ["env.ts", "platform.ts"] },
  { words: /\b(?:SignJWT|CompactSign)\b/, files: ["auth/signer.ts", "run_token.ts"] },
  { words: /\bcreateClient\b/, files: ["db.ts", "service.ts", "storage.ts"] },
  { words: /\bDeno\.env\b/, files: ["env.ts"] },
];

if (import.meta.main) {
  const files = (await sourceFiles()).filter((file) => file.startsWith("supabase/functions/"));
  let found = 0;
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    for (const { words, files } of RULES) {
      if (!words.test(text) || files.some((name) => file === SHARED + name)) {
        continue;
      }
      found++;
      console.error(`${file} uses ${words.source}, which belongs into ${files.join(", ")}`);
    }
  }
  console.log(`${files.length} files of functions, ${found} with what is not theirs`);
  if (found > 0) Deno.exit(1);
}
