import { join } from "node:path";
import type { StackOptions } from "../../dev/stack.ts";

const MAIN = new URL("../../dev/main.ts", import.meta.url).pathname;
const RESET = new URL("../../dev/reset.ts", import.meta.url).pathname;

/** Options of a bare stack with its state and migrations below `path`. */
export function optionsIn(path: string) {
  return {
    dir: join(path, "state"),
    port: 0,
    functions: false,
    migrationsDir: join(path, "migrations"),
  } satisfies StackOptions;
}

/** Starts `deno task start` with its state below `path` and waits until it has printed its addresses. */
export async function startMain(path: string, env: Record<string, string> = {}) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "--port", "0", "--dir", join(path, "state")],
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  let printed = "";
  while (!printed.includes("curl")) {
    const { value } = await reader.read();
    if (value === undefined) throw new Error(`main ended: ${printed}`);
    printed += new TextDecoder().decode(value);
  }
  return {
    child,
    printed,
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      try {
        child.kill("SIGTERM");
      } catch { /* it has ended already */ }
      await child.status;
    },
  };
}

/** Runs `deno task reset` on a folder of state. */
export async function reset(dir: string): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", RESET, "--dir", dir],
  }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
