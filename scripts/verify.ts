/**
 * For operators: plays the attack programs against the engines of this very deployment, and says
 * what held. Ends non-zero unless everything did.
 */
import { readOptions } from "./verify/options.ts";
import { describe, isSound } from "./verify/report.ts";
import { shellMeans, verify } from "./verify/verify.ts";

const env = Deno.env.toObject();
try {
  const options = readOptions(Deno.args, env);
  const report = await verify(options, shellMeans(env));
  const sound = isSound(report);
  console.log(options.json ? JSON.stringify({ sound, ...report }, null, 2) : describe(report));
  Deno.exit(sound ? 0 : 1);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : "The verification failed.");
  Deno.exit(2);
}
