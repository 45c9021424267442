import { npmTool } from "./npm_tool.ts";

/** The Deno that hosted edge functions are based on (edge-runtime 1.78: `deno` crate 2.1.4). */
export const HOSTED_DENO = "2.1.4";

/** Unlike later ones, that Deno trusts no certificates of the system unless it is told to. */
export const HOSTED_ENV = { DENO_TLS_CA_STORE: "system,mozilla" };

/** The path of that Deno's executable; undefined where npm has none for this machine. */
export function hostedDeno(): Promise<string | undefined> {
  return npmTool({
    version: HOSTED_DENO,
    file: "deno",
    packages: {
      "linux-x86_64": "@deno/linux-x64-glibc",
      "linux-aarch64": "@deno/linux-arm64-glibc",
      "darwin-x86_64": "@deno/darwin-x64",
    },
  });
}
