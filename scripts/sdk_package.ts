/**
 * The SDK as packages: `deno task sdk [folder]` writes what `npm publish` takes into a folder, and
 * `deno publish` in `sdk/` takes the sources as they are.
 */
import * as path from "node:path";
import ts from "typescript";
import * as z from "zod";
import { VERSION } from "../supabase/functions/_shared/version.ts";
import { ROOT } from "./graph.ts";

const SDK = path.join(ROOT, "sdk");
const NAME = "@cloister/client";
const DESCRIPTION = "The client library of Cloister: agents, runs and what belongs to them, typed.";
const LICENSE = "MIT";
/** What can be imported, by the path behind the package's name. */
const ENTRIES: Record<string, string> = {
  ".": "mod",
  "./authoring/agent_types": "authoring/agent_types",
  "./authoring/policy_schema": "authoring/policy_schema",
  "./authoring/templates": "authoring/templates",
};
const DEPENDENCIES = ["eventsource-parser"];

/** What is emitted, not what is checked: that `deno check` does. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts"],
  types: [],
  noCheck: true,
  noResolve: true,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
  isolatedDeclarations: true,
  declaration: true,
};

/** The text of `sdk/deno.json`, which JSR publishes by. */
export async function describeSdkPackage(): Promise<string> {
  const versions = await dependencies();
  return JSON.stringify({
    name: NAME,
    version: VERSION,
    license: LICENSE,
    exports: mapValues(ENTRIES, (file) => `./${file}.ts`),
    imports: mapValues(versions, (version, name) => `npm:${name}@${version}`),
    lock: false,
    fmt: { lineWidth: 100 },
  });
}

/** Writes the npm package into a folder: JavaScript and types, file by file. */
export async function buildSdk(folder: string): Promise<void> {
  const files = (await Array.fromAsync(sources(SDK))).map((file) => path.join(SDK, file));
  const options = { ...OPTIONS, rootDir: SDK, outDir: folder };
  const { emitSkipped, diagnostics } = ts.createProgram(files, options)
    .emit(undefined, (file, text) => {
      // Declarations keep the names of sources, which are not in the package.
      const isTypes = file.endsWith(".d.ts");
      const written = isTypes ? text.replace(/(from ")(\.[^"]+)\.ts"/g, '$1$2.js"') : text;
      Deno.mkdirSync(path.dirname(file), { recursive: true });
      Deno.writeTextFileSync(file, written);
    });
  const said = diagnostics.map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n")
  );
  if (emitSkipped || said.length > 0) throw new Error(`The SDK does not build: ${said.join("; ")}`);
  const manifest = `${JSON.stringify(await npmManifest(), undefined, 2)}\n`;
  await Deno.writeTextFile(path.join(folder, "package.json"), manifest);
  await Deno.copyFile(path.join(SDK, "README.md"), path.join(folder, "README.md"));
  await Deno.copyFile(path.join(ROOT, "LICENSE"), path.join(folder, "LICENSE"));
}

async function npmManifest(): Promise<Record<string, unknown>> {
  return {
    name: NAME,
    version: VERSION,
    description: DESCRIPTION,
    license: LICENSE,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20.3" },
    exports: mapValues(ENTRIES, (file) => ({
      types: `./${file}.d.ts`,
      default: `./${file}.js`,
    })),
    dependencies: await dependencies(),
  };
}

/** The versions that this repository is tested with. */
async function dependencies(): Promise<Record<string, string>> {
  const { imports } = z.object({ imports: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await Deno.readTextFile(path.join(ROOT, "deno.json"))));
  return Object.fromEntries(DEPENDENCIES.map((name) => {
    const [, version] = /^npm:.+@([\d.]+)$/.exec(imports[name] ?? "") ?? [];
    if (version === undefined) throw new Error(`deno.json does not pin ${name}`);
    return [name, version];
  }));
}

async function* sources(folder: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(path.join(folder, below))) {
    const file = path.posix.join(below, name);
    if (isDirectory) yield* sources(folder, file);
    else if (name.endsWith(".ts")) yield file;
  }
}

function mapValues<From, To>(
  record: Record<string, From>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}

if (import.meta.main) {
  const [folder = path.join(ROOT, ".cloister", "sdk")] = Deno.args;
  await Deno.mkdir(folder, { recursive: true });
  await buildSdk(folder);
  console.log(`wrote ${NAME}@${VERSION} to ${folder}: npm publish --access public ${folder}`);
}
