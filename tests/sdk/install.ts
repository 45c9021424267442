import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { buildSdk } from "../../scripts/sdk_package.ts";

/** An app with the SDK installed from its tarball, as npm would from the registry. */
export interface App {
  folder: string;
  /** What is in the tarball. */
  files: string[];
}

/** What a program printed. */
export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program of this machine, without what this process has in its environment. */
export async function execute(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<Printed> {
  const decoder = new TextDecoder();
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd, env })
    .output();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Whether this machine has npm. */
export function hasNpm(): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, "npm")));
}

/** Packs the SDK and installs it, for as long as this process lives. */
export async function installSdk(): Promise<App> {
  const folder = await Deno.makeTempDir({ prefix: "cloister-sdk-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const build = path.join(folder, "build");
  await Deno.mkdir(build);
  await buildSdk(build);
  const packed = await npm(["pack", "--json", build], folder);
  const [pack] = JSON.parse(packed);
  await Deno.writeTextFile(path.join(folder, "package.json"), `{"private":true,"type":"module"}`);
  await npm([
    ...["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"],
    path.join(folder, pack.filename),
  ], folder);
  return { folder, files: pack.files.map(({ path }: { path: string }) => path) };
}

/** What npm prints; throws with its complaint if it fails. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await execute("npm", args, { cwd });
  assert.equal(code, 0, stderr);
  return stdout;
}
