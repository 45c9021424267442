/**
 * Bundles the shell's guest: `deno task shell` writes `tools/shell/guest.ts`, with `--check` it
 * writes nothing and ends non-zero on drift. Only a change of its sources needs it: the digest of
 * those is in the file, and a test compares it.
 */
import * as path from "node:path";
import { BUILTINS, COMMANDS } from "../../supabase/functions/tools/shell/commands.ts";
import { ROOT } from "../graph.ts";
import { guestDigest } from "./digest.ts";

const ESBUILD = "npm:esbuild@0.27.7";
const TARGET = `${ROOT}/supabase/functions/tools/shell/guest.ts`;

/** just-bash, and what its commands here import, in the versions that were reviewed. */
const PACKAGES = {
  "just-bash": "3.4.2",
  "balanced-match": "4.0.4",
  "brace-expansion": "5.0.13",
  "diff": "8.0.4",
  "minimatch": "10.2.6",
  "sprintf-js": "1.1.3",
};

/** Names that are imported from what is left out. Each throws when it is used. */
const LEFT_OUT = [
  ...["AsyncLocalStorage", "Worker", "constants", "createRequire", "dirname", "fileURLToPath"],
  ...["gunzipSync", "gzipSync", "join", "lookup", "randomBytes", "resolve"],
];

/** just-bash itself, its names as version 3.4.2 has them. */
const SHELL = /just-bash\/dist\/bundle\/index\.js$/;
const NO_PARSING = 'if(!mayParse())throw new xe("nothing is read as a line here",1,1);';

/** Where `lock.ts` is asked: each place is there once, or nothing is bundled. */
const LOCKS: readonly (readonly [place: string, locked: string])[] = [
  ["parse(t,n){", `parse(t,n){${NO_PARSING}`],
  ["parseTokens(t){", `parseTokens(t){${NO_PARSING}`],
  [
    "parseWordFromString(t,n=!1,r=!1,s=!1,i=!1,o=!1,a=!1,l=!0){let c=",
    `parseWordFromString(t,n=!1,r=!1,s=!1,i=!1,o=!1,a=!1,l=!0){${NO_PARSING}let c=`,
  ],
  [
    "function On(e,t,n){",
    'function On(e,t,n){if(!mayEvaluate(t))throw new ce("a value is no number: not evaluated");',
  ],
  // $x in arithmetic is the variable, and not a text to be put in and read again.
  ["let s=t.expression.originalText;if(s&&", "let s;if(s&&"],
];

async function bundle(): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await install(folder);
    const { build, stop } = await import(ESBUILD);
    const result = await build({
      entryPoints: [`${ROOT}/scripts/shell/main.ts`],
      nodePaths: [`${folder}/node_modules`],
      alias: { "just-bash": `${folder}/node_modules/just-bash/dist/bundle/index.js` },
      bundle: true,
      write: false,
      minify: true,
      charset: "ascii",
      legalComments: "none",
      format: "iife",
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "es2023",
      define: { __BROWSER__: "true", "import.meta.url": '"file:///"' },
      plugins: [{ name: "left out", setup: leaveOut }, { name: "locked", setup: lockParser }],
      metafile: true,
    });
    await stop();
    const inputs = Object.keys(result.metafile.inputs);
    if (inputs.some((input) => ENCODING.test(input))) throw new Error("two modules of encodings");
    if (!inputs.some((input) => /shell\/encoding\.ts$/.test(input))) {
      throw new Error("just-bash's module of encodings has another name");
    }
    const script: string = result.outputFiles[0].text;
    return script;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function install(folder: string): Promise<void> {
  const manifest = { dependencies: PACKAGES };
  await Deno.writeTextFile(path.join(folder, "package.json"), JSON.stringify(manifest));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--node-modules-dir=auto"],
    cwd: folder,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

interface Resolving {
  path: string;
  kind: string;
}

interface Loaded {
  loader: string;
  contents: string;
}

interface Builder {
  onResolve(
    of: { filter: RegExp },
    to: (asked: Resolving) => { path: string; namespace?: string } | undefined,
  ): void;
  onLoad(
    of: { filter: RegExp; namespace: string },
    to: (asked: { path: string }) => Loaded | Promise<Loaded>,
  ): void;
}

/** The chunk of just-bash 3.4.2 that `encoding.ts` stands in for. */
const ENCODING = /chunk-GN6CQ3J4\.js$/;

/** Leaves out Node's modules, heavy packages, and the commands that no policy can grant. */
function leaveOut(build: Builder): void {
  const nowhere = ({ path }: Resolving) => ({ path, namespace: "nowhere" });
  const heavy = /^(?:node:|undici|turndown|sql\.js|quickjs-emscripten|file-type|seek-bzip)/;
  build.onResolve({ filter: heavy }, nowhere);
  build.onResolve({ filter: ENCODING }, () => ({ path: `${ROOT}/scripts/shell/encoding.ts` }));
  build.onResolve({ filter: /^(?:modern-tar|node-liblzma|@mongodb|papaparse|yaml)/ }, nowhere);
  build.onResolve({ filter: /^(?:smol-toml|ini|fast-xml-parser)/ }, nowhere);
  build.onResolve({ filter: /chunks\/.*-[A-Z0-9]{8}\.js$/ }, (asked) => {
    const [, name = ""] = /chunks\/(.*?)2?-[A-Z0-9]{8}\.js$/.exec(asked.path) ?? [];
    const wanted = Object.hasOwn(COMMANDS, name) || Object.hasOwn(BUILTINS, name);
    return asked.kind === "dynamic-import" && !wanted ? nowhere(asked) : undefined;
  });
  const names = LEFT_OUT.map((name) => `export const ${name} = no;`).join(" ");
  const no = "const no = () => { throw new Error('not there'); }; export default {};";
  build.onLoad({ filter: /.*/, namespace: "nowhere" }, () => ({
    loader: "js",
    contents: `${no} ${names.replace("createRequire = no", "createRequire = () => no")}`,
  }));
}

/** Puts the questions of {@link LOCKS} into just-bash's parser. */
function lockParser(build: Builder): void {
  build.onLoad({ filter: SHELL, namespace: "file" }, async ({ path }) => {
    const head = `import{mayEvaluate,mayParse}from"${ROOT}/scripts/shell/lock.ts";`;
    return {
      loader: "js",
      contents: head + LOCKS.reduce(lockPlace, await Deno.readTextFile(path)),
    };
  });
}

function lockPlace(text: string, [place, locked]: readonly [string, string]): string {
  const [before, after, ...more] = text.split(place);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`just-bash has not one ${place}`);
  }
  return before + locked + after;
}

/** The module that carries the guest, as gzip in base64. */
async function moduleOf(script: string): Promise<string> {
  const packed = new Blob([script]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const text = bytes.reduce((units, byte) => units + String.fromCharCode(byte), "");
  return [
    "/**",
    " * The shell's guest: just-bash and its commands, as the script that `scripts/shell/main.ts` is",
    " * bundled into. Generated by `deno task shell`; gzip in base64.",
    " *",
    " * In it, under the licenses in LICENSES.txt: just-bash 3.4.2, re2js, diff, minimatch,",
    " * brace-expansion, balanced-match and sprintf-js.",
    " */",
    `export const SOURCES = "${await guestDigest()}";`,
    "",
    "/** The script, packed. */",
    "export const GUEST =",
    `  "${btoa(text)}";`,
    "",
  ].join("\n");
}

/** The digest and the script of the module that is there; empty where there is none. */
async function found(): Promise<{ sources: string; script: string }> {
  const text = await Deno.readTextFile(TARGET).catch(() => "");
  const [, sources = "", packed = ""] = /SOURCES = "(\w+)".*GUEST =\s+"([\w+/=]+)"/s.exec(text) ??
    [];
  if (packed === "") return { sources, script: "" };
  const bytes = Uint8Array.from(atob(packed), (unit) => unit.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return { sources, script: await new Response(stream).text() };
}

if (import.meta.main) {
  const script = await bundle();
  const { sources, script: before } = await found();
  if (before === script && sources === await guestDigest()) Deno.exit(0);
  if (Deno.args.includes("--check")) {
    console.log("tools/shell/guest.ts is not what its sources say: run deno task shell");
    Deno.exit(1);
  }
  const text = await moduleOf(script);
  await Deno.writeTextFile(TARGET, text);
  console.log(`wrote tools/shell/guest.ts: ${script.length} bytes, ${text.length} packed`);
}
