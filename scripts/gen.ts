/**
 * Writes what is said once and needed twice: the OpenAPI document, each function's `deno.json`,
 * the reference of routes and errors, `llms.txt`, the SDK's types, the programs that a deployment
 * verifies itself with. With `--check` it writes nothing and ends non-zero on drift.
 */
import { hostEngine } from "../supabase/functions/_shared/engine.ts";
import { FAULTS } from "../supabase/functions/_shared/fault.ts";
import { createVault } from "../supabase/functions/_shared/vault/vault.ts";
import { createAdmin } from "../supabase/functions/admin/routes.ts";
import { createAgents } from "../supabase/functions/agents/routes.ts";
import { claims } from "../supabase/functions/execute/claims/routes.ts";
import { createRuns } from "../supabase/functions/execute/runs/routes.ts";
import { describeAuthoring } from "./authoring.ts";
import { describeForPrograms } from "./docs/llms.ts";
import { describeReference } from "./docs/reference.ts";
import { createRetention } from "../supabase/functions/retention/work/routes.ts";
import { createMcp } from "../supabase/functions/mcp/routes.ts";
import { createTools } from "../supabase/functions/tools/routes.ts";
import { importGraph, ROOT, run, sourceFiles } from "./graph.ts";
import { describeApi } from "./openapi.ts";
import { describeSafePrograms } from "./safe_programs.ts";
import { describeSdkPackage } from "./sdk_package.ts";
import { describeLists } from "./sdk_lists.ts";
import { describeWire } from "./sdk_types.ts";

async function generate(): Promise<Map<string, string>> {
  const engine = hostEngine({ choice: "quickjs", runner: undefined }, () => {});
  const api = describeApi({
    agents: {
      description: "Agents, their versions, their history and their owner's limits.",
      routes: createAgents(),
    },
    execute: {
      description:
        "Runs: start, queue, watch, follow and stop them. For runners: take what is queued.",
      routes: [...createRuns(engine), ...claims],
    },
    admin: {
      description:
        "For operators: users, audit, alerts, incidents, the sandbox. For users: keys, secrets.",
      routes: createAdmin(engine, "", createVault({ keys: [], keeper: "cloister" })),
    },
    mcp: {
      description: "The Model Context Protocol: agents and runs as tools of language models.",
      routes: createMcp({ resource: "", issuer: "", functionsUrl: "" }),
    },
    retention: { description: "What is due by the clock.", routes: createRetention([]) },
    tools: { description: "The only way out for agent code.", routes: createTools([]) },
  });
  const files = new Map<string, string>();
  files.set("supabase/functions/agents/openapi.json", JSON.stringify(api));
  files.set("sdk/wire.ts", describeWire(api));
  files.set("sdk/lists.ts", describeLists(api));
  files.set("sdk/deno.json", await describeSdkPackage());
  files.set("docs/errors.md", errorReference());
  for (const [file, text] of describeReference(api)) files.set(file, text);
  const index = await Deno.readTextFile(`${ROOT}/docs/README.md`);
  files.set("docs/llms.txt", describeForPrograms(index, api));
  files.set("supabase/functions/admin/sandbox/programs.ts", await describeSafePrograms());
  for (const [file, text] of await describeAuthoring()) files.set(file, text);
  for (const name of ["admin", "agents", "execute", "mcp", "retention", "tools"]) {
    files.set(`supabase/functions/${name}/deno.json`, await functionConfig(name));
  }
  return files;
}

function errorReference(): string {
  const rows = Object.entries(FAULTS).map(([code, [status, title]]) =>
    `| \`${code}\` | ${status} | ${title} |`
  );
  return [
    "# Errors",
    "",
    "Every refusal is an RFC 9457 problem document (`application/problem+json`) with one of these",
    "codes. `detail` is for people and may change; `code` is for programs and does not.",
    "",
    "| code | status | meaning |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** The import map that a function is deployed with: what it reaches, with the root's versions. */
async function functionConfig(name: string): Promise<string> {
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const files = (await sourceFiles()).filter((file) => file.startsWith("supabase/functions/"));
  const arrows = await importGraph(files);
  const reached = new Set([`supabase/functions/${name}/index.ts`]);
  for (const file of reached) {
    for (const { from, to } of arrows) if (from === file) reached.add(to);
  }
  const used = Object.entries(imports).filter(([specifier]) =>
    reached.has(specifier) ||
    (specifier.endsWith("/") &&
      [...reached].some((to) => to.startsWith(specifier)))
  );
  return JSON.stringify({
    lock: false,
    compilerOptions,
    fmt: { lineWidth: 100 },
    imports: Object.fromEntries(used),
  });
}

/** Formats as `deno fmt` would, so that generated files look like the others. */
async function format(file: string, text: string): Promise<string> {
  if (file.endsWith(".txt")) return text;
  const temporary = await Deno.makeTempFile({
    suffix: file.slice(file.lastIndexOf(".")),
  });
  try {
    await Deno.writeTextFile(temporary, text);
    await run(Deno.execPath(), [
      "fmt",
      "--quiet",
      "--config",
      `${ROOT}/deno.json`,
      temporary,
    ]);
    return await Deno.readTextFile(temporary);
  } finally {
    await Deno.remove(temporary);
  }
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  let drifted = 0;
  for (const [file, text] of await generate()) {
    const wanted = await format(file, text);
    const found = await Deno.readTextFile(`${ROOT}/${file}`).catch(() => undefined);
    if (wanted === found) continue;
    drifted++;
    console.log(check ? `${file} is not what its sources say: run deno task gen` : `wrote ${file}`);
    if (!check) await Deno.writeTextFile(`${ROOT}/${file}`, wanted);
  }
  if (check && drifted > 0) Deno.exit(1);
}
