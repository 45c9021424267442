import * as z from "zod";
import type { SharedStack } from "../../stack.ts";

const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;
/** Not imported: the local stack is not for the Deno that hosted functions run on. */
const PROGRAM = new URL("./serve_stack.ts", import.meta.url).pathname;
const FLAGS = ["--unstable-no-legacy-abort", "--no-lock", "--no-check"];

const Ready: z.ZodType<SharedStack> = z.object({
  url: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  databaseUrl: z.string(),
  adminUrl: z.string(),
  redis: z.object({ url: z.string(), token: z.string() }),
  env: z.record(z.string(), z.string()),
  signingKey: z.record(z.string(), z.unknown()),
});

/**
 * Starts a stack that nobody else uses, in a process of its own, for tests that stop everything for
 * everybody. It ends when it is disposed of.
 */
export async function ownStack(): Promise<AsyncDisposable & { stack: SharedStack }> {
  const deno = Deno.env.get("CLOISTER_TEST_DENO") ?? Deno.execPath();
  const child = new Deno.Command(deno, {
    args: ["run", "-A", ...FLAGS, "--config", CONFIG, PROGRAM],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of output.values({ preventCancel: true })) {
    text += part;
    if (text.includes("\n")) break;
  }
  return {
    stack: Ready.parse(JSON.parse(text)),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await output.cancel();
      await child.status;
    },
  };
}
