import { ROOT } from "./graph.ts";
import { npmTool } from "./npm_tool.ts";

/** The Supabase CLI that the checks run with; users may have any from 3.0 on. */
const CLI_VERSION = "3.1.0";

/** What a finished CLI call printed. */
export interface CliResult {
  success: boolean;
  /** Standard output. */
  stdout: string;
  /** Both outputs, for people. */
  text: string;
}

/** Runs the Supabase CLI in the repository, without account, telemetry or a home folder of ours. */
export async function supabase(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CliResult> {
  const command = await npmTool({
    version: CLI_VERSION,
    file: "bin/supabase",
    packages: {
      "linux-x86_64": "@supabase/cli-linux-x64",
      "linux-aarch64": "@supabase/cli-linux-arm64",
      "darwin-x86_64": "@supabase/cli-darwin-x64",
      "darwin-aarch64": "@supabase/cli-darwin-arm64",
    },
  });
  if (command === undefined) {
    throw new Error("npm has no Supabase CLI for this machine");
  }
  const home = await Deno.makeTempDir({ prefix: "cloister-cli-" });
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd: ROOT,
      clearEnv: true,
      env: {
        HOME: home,
        PATH: Deno.env.get("PATH") ?? "",
        SUPABASE_TELEMETRY_DISABLED: "1",
        DO_NOT_TRACK: "1",
        NO_COLOR: "1",
        PGSSLMODE: "disable",
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    const out = decoder.decode(stdout);
    return { success, stdout: out, text: out + decoder.decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
