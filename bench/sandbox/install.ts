import * as path from "node:path";
import * as z from "zod";

const FOLDER = path.join(import.meta.dirname ?? ".", "peers");
const MODULES = path.join(FOLDER, "node_modules");

/** Node.js for the peers that need it: pinned, so that no machine needs its own. */
const NODE_VERSION = "24.21.0";
const ARCHITECTURE = { x86_64: "x64", aarch64: "arm64" } as const;

const Info = z.object({ npmCache: z.string() });
const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

/** Where that Node.js lies after {@link installPeers}. */
export const NODE_PATH = path.join(MODULES, ".node", "bin", "node");

/** Installs the peers into a folder that git ignores, unless they are there. */
export async function installPeers(): Promise<void> {
  if (await exists(NODE_PATH)) return;
  console.error("installing the peers (once, some 350 MB below bench/sandbox/peers) …");
  await run(["install", "--quiet", "--frozen"], FOLDER);
  const name = `node-linux-${ARCHITECTURE[Deno.build.arch]}`;
  await run(["cache", "--quiet", "--no-config", "--no-lock", `npm:${name}@${NODE_VERSION}`]);
  const { npmCache } = Info.parse(JSON.parse(await run(["info", "--json"])));
  const source = await find(npmCache, path.join(name, NODE_VERSION, "bin", "node"));
  await Deno.mkdir(path.dirname(NODE_PATH), { recursive: true });
  await Deno.copyFile(source, NODE_PATH);
  await Deno.chmod(NODE_PATH, 0o755);
}

/** The versions that were installed, by name. */
export async function peerVersions(): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(path.join(FOLDER, "package.json"));
  return { ...Manifest.parse(JSON.parse(text)).dependencies, node: NODE_VERSION };
}

/** Packages lie in the cache below the registry's own name. */
async function find(cache: string, below: string): Promise<string> {
  for await (const { name } of Deno.readDir(cache)) {
    const file = path.join(cache, name, below);
    if (await exists(file)) return file;
  }
  throw new Error(`no ${below} in ${cache}`);
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

async function run(args: string[], cwd?: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    stdout: "piped",
    stderr: "inherit",
    ...(cwd !== undefined && { cwd }),
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}
