/**
 * The CLI as packages: `deno task cli [folder]` writes what `npm publish` takes, one file of
 * JavaScript for Node 20, Deno and Bun. With `--binary [target]` it writes an executable that needs
 * none of them, for this machine or for another kind, such as `bun-darwin-arm64`.
 */
import * as path from "node:path";
import { VERSION } from "../supabase/functions/_shared/version.ts";
import { ROOT, run } from "./graph.ts";
import { npmTool } from "./npm_tool.ts";
import { describeThirdParty } from "./third_party.ts";

const NAME = "@cloister/cli";
const FILE = "cloister.js";
const THIRD_PARTY = "THIRD_PARTY.txt";
const CLI = path.join(ROOT, "cli");

const MANIFEST = {
  name: NAME,
  version: VERSION,
  description: "The command line of Cloister: write, run and watch agents.",
  license: "MIT",
  type: "module",
  bin: { cloister: FILE },
  files: [FILE, THIRD_PARTY],
  engines: { node: ">=20.12" },
};

/**
 * Bun of npm. Deno's own `compile` wants a `denort` that npm does not have; Bun carries all that it
 * compiles with, and takes other targets from npm.
 */
const BUN = { version: "1.4.5", file: "bin/bun" };
const BUN_PACKAGES = {
  "linux-x86_64": "@oven/bun-linux-x64",
  "linux-aarch64": "@oven/bun-linux-aarch64",
  "darwin-x86_64": "@oven/bun-darwin-x64",
  "darwin-aarch64": "@oven/bun-darwin-aarch64",
};

/** Writes the npm package into a folder. Names stay, since messages are chosen by names of classes. */
export async function buildCli(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const output = path.join(folder, FILE);
  const options = ["--quiet", "--no-lock", "--minify", "--keep-names"];
  await run(Deno.execPath(), ["bundle", ...options, "-o", output, path.join(CLI, "main.ts")]);
  await Deno.chmod(output, 0o755);
  const notices = await describeThirdParty(path.join(CLI, "main.ts"));
  await Deno.writeTextFile(path.join(folder, THIRD_PARTY), notices);
  const manifest = `${JSON.stringify(MANIFEST, undefined, 2)}\n`;
  await Deno.writeTextFile(path.join(folder, "package.json"), manifest);
  await Deno.copyFile(path.join(CLI, "README.md"), path.join(folder, "README.md"));
  await Deno.copyFile(path.join(ROOT, "LICENSE"), path.join(folder, "LICENSE"));
}

/** The path of Bun, which compiles; undefined where npm has none for this machine. */
export function compiler(): Promise<string | undefined> {
  return npmTool({ ...BUN, packages: BUN_PACKAGES });
}

/** Writes an executable of a built package beside it, and answers its path. */
export async function compileCli(folder: string, bun: string, target?: string): Promise<string> {
  const output = path.join(folder, target === undefined ? "cloister" : `cloister-${target}`);
  const options = ["--compile", "--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];
  const where = target === undefined ? [] : [`--target=${target}`];
  await run(bun, ["build", ...options, ...where, "--outfile", output, path.join(folder, FILE)]);
  return output;
}

if (import.meta.main) {
  const isBinary = Deno.args.includes("--binary");
  const target = Deno.args[Deno.args.indexOf("--binary") + 1];
  const [first] = Deno.args;
  const folder = first === undefined || first === "--binary"
    ? path.join(ROOT, ".cloister", "cli")
    : first;
  await buildCli(folder);
  console.log(`wrote ${NAME}@${VERSION} to ${folder}: npm publish --access public ${folder}`);
  if (isBinary) {
    const bun = await compiler();
    if (bun === undefined) throw new Error("npm has no Bun for this machine");
    console.log(`wrote ${await compileCli(folder, bun, target)}`);
  }
}
