/** The gate: everything that must hold of a commit beside its tests. The quickest checks first. */
import { ROOT, sourceFiles } from "./graph.ts";

const STEPS: Record<string, string[]> = {
  "formatted": ["fmt", "--check", "--quiet"],
  "linted": ["lint", "--quiet"],
  "typed": ["check", "--quiet", ...await sourceFiles()],
  "arrows between folders": ["run", "-A", "scripts/arrows.ts"],
  "secret key in its place": ["run", "-A", "scripts/secrets.ts"],
  "promises tested": ["run", "-A", "scripts/promises.ts"],
  "generated files in step": ["run", "-A", "scripts/gen.ts", "--check"],
  "OpenAPI as the linters want it": ["run", "-A", "scripts/openapi/lint.ts"],
  "functions deploy": ["run", "-A", "scripts/deploy.ts"],
  "database deploys": ["run", "-A", "scripts/database/check.ts"],
};

let failed = 0;
for (const [name, args] of Object.entries(STEPS)) {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${success ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (success) continue;
  failed++;
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
}
if (failed > 0) Deno.exit(1);
