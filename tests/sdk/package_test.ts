/**
 * What is published, as those get it who install it. Skipped, visibly: all of it where there is no
 * npm, and Bun where npm has none.
 */
import * as path from "node:path";
import assert from "@std/assert";
import ts from "typescript";
import { ROOT } from "../../scripts/graph.ts";
import { person, testStack } from "../stack.ts";
import { type App, execute, hasNpm, installSdk, npm } from "./install.ts";
import { testOnNode } from "./node.ts";
import { readmeProgram } from "./readme.ts";

const BUN = "1.4.5";

/** A promise about what npm installs. */
function promise(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name, ignore: !hasNpm(), fn });
}

let installed: Promise<App> | undefined;
const app = () => installed ??= installSdk();

/** The README's program in the app, as who holds a key that it may do all of this with. */
async function runReadme([runtime, ...args]: [string, ...string[]], { folder }: App) {
  const { text } = await readmeProgram();
  const file = path.join(folder, "readme.mjs");
  await Deno.writeTextFile(file, text);
  const owner = await person("sdk-readme");
  const created = await owner.call("POST", "/admin/keys", {
    body: {
      name: "readme",
      scopes: ["agents:read", "agents:write", "agents:execute", "agents:stream"],
    },
  });
  assert.equal(created.status, 201);
  const { secret: key } = await created.json();
  const env = { CLOISTER_URL: testStack().url, CLOISTER_API_KEY: key };
  const { code, stdout, stderr } = await execute(runtime, [...args, file], { cwd: folder, env });
  assert.equal(code, 0, stderr);
  return stdout.trim().split("\n");
}

promise(
  "npm pack holds JavaScript, its types, the README and the licence, and no sources",
  async () => {
    const { files } = await app();
    for (
      const file of ["mod.js", "mod.d.ts", "wire.d.ts", "README.md", "LICENSE", "package.json"]
    ) {
      assert.ok(files.includes(file), file);
    }
    const strangers = files.filter((file) =>
      !/\.(?:js|d\.ts)$|^(?:README\.md|LICENSE)$/.test(file)
    );
    assert.deepEqual(strangers, ["package.json"]);
  },
);

promise("the README's examples are what they say, on Node with the packed SDK", async () => {
  assert.deepEqual(await runReadme(["node"], await app()), (await readmeProgram()).printed);
});

promise("what the SDK promises about requests, retries and streams holds on Node", async () => {
  const names = ["address", "answer", "caller", "follow", "transport", "wait"];
  const { tests, said } = await testOnNode(await app(), names.map((name) => `${name}_test`));
  assert.ok(tests >= 40, said);
});

promise("the README's examples are what they say, on Deno with the packed SDK", async () => {
  const deno: [string, ...string[]] = [Deno.execPath(), "run", "--allow-net", "--allow-env"];
  assert.deepEqual(await runReadme(deno, await app()), (await readmeProgram()).printed);
});

promise("the README's examples are what they say, on Bun with the packed SDK", async (t) => {
  const bun = await findBun(await app());
  await t.step({
    name: bun === undefined ? `npm has no Bun ${BUN} here` : `Bun ${BUN}`,
    ignore: bun === undefined,
    fn: async () => {
      assert.deepEqual(await runReadme([bun ?? ""], await app()), (await readmeProgram()).printed);
    },
  });
});

promise(
  "the packed types hold for a strict program of a browser, with its own libraries",
  async () => {
    const { folder } = await app();
    const { text } = await readmeProgram();
    const file = path.join(folder, "readme.ts");
    const environment = "declare const process: { env: Record<'CLOISTER_URL', string> & " +
      "Record<'CLOISTER_API_KEY', string> };\n";
    const wrong = "// @ts-expect-error: there is no such path\n" +
      `await client.request("GET", "/agents/{name}/nothing", { params: { name: "a" } });\n` +
      "// @ts-expect-error: a name is needed\n" +
      `await client.request("GET", "/agents/{name}");\n`;
    await Deno.writeTextFile(file, environment + text + wrong);
    const program = ts.createProgram([file], {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: [
        "lib.es2022.d.ts",
        "lib.dom.d.ts",
        "lib.dom.iterable.d.ts",
        "lib.dom.asynciterable.d.ts",
      ],
      types: [],
      skipDefaultLibCheck: true,
    });
    const said = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) =>
      `${file?.fileName}:${start}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`
    );
    assert.deepEqual(said, []);
  },
);

Deno.test("deno publish takes the SDK as it is: no slow types, nothing missing", async () => {
  const args = ["publish", "--dry-run", "--allow-dirty", "--no-check", "--quiet"];
  const { code, stderr } = await execute(Deno.execPath(), args, {
    cwd: path.join(ROOT, "sdk"),
    env: { NO_COLOR: "1" },
  });
  assert.equal(code, 0, stderr);
});

/** Bun for this machine, from npm: its binary alone, since the package `bun` runs a script. */
async function findBun({ folder }: App): Promise<string | undefined> {
  const cpu = Deno.build.arch === "aarch64" ? "aarch64" : "x64";
  const name = `@oven/bun-${Deno.build.os}-${cpu}`;
  const options = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  try {
    await npm(["install", ...options, `${name}@${BUN}`], folder);
    const file = path.join(folder, "node_modules", name, "bin", "bun");
    const { stdout } = await execute(file, ["--version"], { cwd: folder });
    return stdout.trim() === BUN ? file : undefined;
  } catch (error) {
    console.warn(error instanceof Error ? error.message : error);
  }
}
