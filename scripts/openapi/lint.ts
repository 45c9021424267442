/**
 * Holds the OpenAPI document against Redocly's recommended rules and Spectral's, those of OWASP's
 * API security list among them. Both tools come from npm, pinned, and run without network, write or
 * process permissions. Ends non-zero on any finding, warnings included.
 */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../graph.ts";

const REDOCLY = "npm:@redocly/cli@2.77.0";
const SPECTRAL = "npm:@stoplight/spectral-cli@6.16.3";
const OWASP = "npm:@stoplight/spectral-owasp-ruleset@2.0.1";
const DOCUMENT = path.join(ROOT, "supabase/functions/agents/openapi.json");

/** Rules that do not apply, each with the reason: to the whole document, or to these operations. */
const EXCEPTIONS: readonly { rule: string; at?: readonly string[]; reason: string }[] = [
  {
    rule: "info-contact",
    reason: "A deployment belongs to its operator, whom this repository does not know.",
  },
  {
    rule: "oas3-operation-security-defined",
    reason: "OpenAPI 3.1 lets bearer schemes list roles; the rule knows OAuth scopes only. That " +
      "schemes exist is Redocly's security-defined.",
  },
  {
    rule: "owasp:api4:2023-string-restricted",
    reason: "Descriptions, messages, sources and opaque cursors have no grammar to name. All are " +
      "bounded, and what callers send has no null characters.",
  },
  {
    rule: "owasp:api2:2023-read-restricted",
    at: [
      "/paths/~1agents~1openapi.json",
      "/paths/~1agents~1health",
      "/paths/~1execute~1health",
      "/paths/~1admin~1health",
      "/paths/~1mcp~1health",
      "/paths/~1mcp~1.well-known~1oauth-protected-resource",
      "/paths/~1retention~1health",
      "/paths/~1tools~1health",
    ],
    reason: "Meant for anybody: the interface's description, and whether a function is up.",
  },
];

/** Runs a tool from npm as if it stood outside of this repository, and without any network. */
async function run(args: readonly string[], cwd: string): Promise<{ ok: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { ok: success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const ISOLATED = ["--no-lock", "--no-config", "--no-prompt", "--quiet"];
const READING = [...ISOLATED, "--allow-read", "--allow-env", "--allow-sys"];

/** Where npm's cache has the OWASP rules: Spectral takes a path and knows no `npm:`. */
async function findOwaspRules(cwd: string): Promise<string> {
  const script = path.join(cwd, "find.js");
  await Deno.writeTextFile(
    script,
    `await import("${OWASP}"); console.log(import.meta.resolve("${OWASP}"));`,
  );
  const { ok, text } = await run(["run", ...READING, script], cwd);
  const file = text.trim().split("\n").findLast((line) => line.startsWith("file:"));
  if (!ok || file === undefined) throw new Error(`npm has no ${OWASP}: ${text}`);
  return fileURLToPath(file);
}

async function writeRuleset(cwd: string): Promise<string> {
  const off = (chosen: typeof EXCEPTIONS) =>
    Object.fromEntries(chosen.map(({ rule }) => [rule, "off"]));
  const ruleset = {
    extends: ["spectral:oas", await findOwaspRules(cwd)],
    rules: off(EXCEPTIONS.filter(({ at }) => at === undefined)),
    overrides: EXCEPTIONS.filter(({ at }) => at !== undefined).map((exception) => ({
      files: exception.at?.map((pointer) => `openapi.json#${pointer}`),
      rules: off([exception]),
    })),
  };
  const file = path.join(cwd, "ruleset.json");
  await Deno.writeTextFile(file, JSON.stringify(ruleset));
  return file;
}

/** What the tools find in a document: empty texts are none. */
export async function lintDocument(document: string): Promise<{ tool: string; text: string }[]> {
  const cwd = await Deno.makeTempDir({ prefix: "cloister-openapi-" });
  try {
    await Deno.copyFile(document, path.join(cwd, "openapi.json"));
    const ruleset = await writeRuleset(cwd);
    const tools = {
      Redocly: [REDOCLY, "lint", "--extends=recommended", "--max-problems=1000", "openapi.json"],
      Spectral: [SPECTRAL, "lint", "--fail-severity=hint", `--ruleset=${ruleset}`, "openapi.json"],
    };
    const found = [];
    for (const [tool, args] of Object.entries(tools)) {
      const { ok, text } = await run(["run", ...READING, ...args], cwd);
      if (!ok || /^You have \d+ warning/m.test(text)) found.push({ tool, text });
    }
    return found;
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

if (import.meta.main) {
  const found = await lintDocument(Deno.args[0] ?? DOCUMENT);
  for (const { tool, text } of found) console.log(`${tool}:\n${text}`);
  if (found.length > 0) Deno.exit(1);
}
