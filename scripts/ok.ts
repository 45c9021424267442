/** The gate: everything that must hold of a commit beside its tests. */
import { ROOT, sourceFiles } from "./graph.ts";

/** The console has a configuration of its own: browsers' types, and JSX. */
const isConsole = (file: string) => file.startsWith("console/");
const files = await sourceFiles();

/** The longest first: it takes as long as all the others. */
const STEPS: Record<string, string[]> = {
  "functions deploy": ["run", "-A", "scripts/deploy.ts"],
  "formatted": ["fmt", "--check", "--quiet"],
  "linted": ["lint", "--quiet"],
  "typed": ["check", "--quiet", ...files.filter((file) => !isConsole(file))],
  "console typed": [
    "check",
    "--quiet",
    "--config",
    "console/deno.json",
    ...files.filter(isConsole),
  ],
  "arrows between folders": ["run", "-A", "scripts/arrows.ts"],
  "secret key in its place": ["run", "-A", "scripts/secrets.ts"],
  "promises tested": ["run", "-A", "scripts/promises.ts"],
  "generated files in step": ["run", "-A", "scripts/gen.ts", "--check"],
  "OpenAPI as the linters want it": ["run", "-A", "scripts/openapi/lint.ts"],
  "what the docs say": ["run", "-A", "scripts/docs/links.ts"],
  "database deploys": ["run", "-A", "scripts/database/check.ts"],
};

/** As many at once as there are cores, and two at least, since most wait for others now and then. */
const HANDS = Math.max(2, Math.min(4, navigator.hardwareConcurrency));

let failed = 0;
const queue = Object.entries(STEPS).values();
await Promise.all(Array.from({ length: HANDS }, async () => {
  for (const [name, args] of queue) if (!await check(name, args)) failed++;
}));
if (failed > 0) Deno.exit(1);

/** Runs one check, and shows what it prints if it fails. */
async function check(name: string, args: string[]): Promise<boolean> {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${success ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (success) return true;
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
  return false;
}
