/**
 * Proves with the Supabase CLI that the migrations deploy: they push to an empty database that
 * looks like a new hosted project, a second push changes nothing, the advisors find nothing, and
 * `database.types.ts` is what `gen types` says. With `--write` it writes that file instead.
 */
import * as z from "zod";
import { ROOT } from "../graph.ts";
import { type CliResult, supabase } from "../supabase_cli.ts";
import { createEmpty, OWNER, readMigrations, type Scratch } from "./scratch.ts";
import { openServer } from "./server.ts";

const TYPES = `${ROOT}/supabase/functions/_shared/database.types.ts`;

/** Lints that say nothing about the schema: no query has run in a fresh database. */
const BY_DESIGN = new Set(["unused_index"]);

const Report = z.object({
  results: z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() })),
});

class CheckFailed extends Error {}

/** The address of the owner, who is no superuser: what a push to a hosted project connects as. */
async function ownerUrl(scratch: Scratch): Promise<string> {
  const password = crypto.randomUUID();
  await scratch.connect(1).unsafe(`alter role ${OWNER} login password '${password}'`);
  const url = new URL(scratch.url);
  url.username = OWNER;
  url.password = password;
  url.searchParams.set("sslmode", "disable");
  return url.href;
}

async function checkPush(scratch: Scratch, url: string): Promise<void> {
  const migrations = await readMigrations();
  for (const time of ["first", "second"]) {
    expectSuccess(`${time} db push`, await supabase(["db", "push", `--remote=${url}`, "--yes"]));
    const [applied] = await scratch.connect(1)`
      select count(*)::int as count from supabase_migrations.schema_migrations
    `;
    if (applied?.count !== migrations.length) {
      throw new CheckFailed(`${time} db push recorded ${applied?.count} of ${migrations.length}`);
    }
  }
  console.log(`ok     db push applies ${migrations.length} migrations, and none the second time`);
}

async function checkAdvisors(url: string): Promise<void> {
  const result = await supabase([
    ...["db", "advisors", `--remote=${url}`, "--type", "all", "--level", "info"],
    ...["--fail-on", "none", "--output-format", "json"],
  ]);
  expectSuccess("db advisors", result);
  const { results } = Report.parse(JSON.parse(result.stdout));
  const real = results.filter(({ name }) => !BY_DESIGN.has(name));
  for (const { level, name, detail } of real) console.log(`${level} ${name}: ${detail}`);
  if (real.length > 0) throw new CheckFailed(`db advisors finds ${real.length}`);
  console.log(`ok     db advisors finds nothing (${results.length} by design)`);
}

async function checkTypes(url: string, write: boolean): Promise<void> {
  const result = await supabase(["gen", "types", `--remote=${url}`, "--schema", "public"]);
  expectSuccess("gen types", result);
  if (write) return await Deno.writeTextFile(TYPES, result.stdout);
  const found = await Deno.readTextFile(TYPES).catch(() => "");
  if (found !== result.stdout) {
    throw new CheckFailed("database.types.ts is not what the schema says: run `deno task gen`");
  }
  console.log("ok     database.types.ts is what the schema says");
}

function expectSuccess(what: string, { success, text }: CliResult): void {
  if (!success) throw new CheckFailed(`${what} failed:\n${text}`);
}

async function main(write: boolean): Promise<void> {
  await using server = await openServer();
  await using scratch = await createEmpty(server.adminUrl);
  const url = await ownerUrl(scratch);
  await checkPush(scratch, url);
  await checkAdvisors(url);
  await checkTypes(url, write);
}

try {
  await main(Deno.args.includes("--write"));
} catch (error) {
  if (!(error instanceof CheckFailed)) throw error;
  console.log(`FAILED ${error.message}`);
  Deno.exit(1);
}
