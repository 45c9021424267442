/** Secrets whose values are known, and the search for them everywhere that they must not be. */
import assert from "@std/assert";
import type postgres from "postgres";
import { becomeQuiet } from "../../background.ts";
import type { Person } from "../../stack.ts";
import { as, expect } from "../admin/rig.ts";
import { inRole, operator } from "../matrix/cast.ts";
import type { ToolRig } from "./rig.ts";

/** What this process has printed: the functions' logs, and whatever else there is. */
const printed: string[] = [];
for (const level of ["debug", "info", "log", "warn", "error"] as const) {
  const print = console[level];
  console[level] = (...parts: unknown[]) => {
    printed.push(
      parts.map((part) => typeof part === "string" ? part : Deno.inspect(part)).join(" "),
    );
    print(...parts);
  };
}

/** A value with characters that encodings change. */
export function canary(name: string): string {
  return `canary/${name}+${crypto.randomUUID()}=="?&`;
}

/** Secrets by what a failed test calls them. */
export type Canaries = Readonly<Record<string, string>>;

/** A value in every form in which it could stand somewhere. */
function formsOf(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const base64 = (text: string) => btoa(text).replace(/=+$/, "").slice(4, -4);
  return [
    value,
    // Whatever escapes the odd characters at the ends, this part is the same.
    value.slice(7, -5),
    encodeURIComponent(value),
    ...["", "x", "xx"].map((before) => base64(before + value)),
    ...["", "x", "xx"].map((before) =>
      base64(before + value).replaceAll("+", "-").replaceAll("/", "_")
    ),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    [...value].reverse().join(""),
  ];
}

/** Asserts that a text has none of the values, whose names say which it was. */
function assertAbsent(where: string, text: string, values: Canaries): void {
  for (const [name, value] of Object.entries(values)) {
    for (const form of formsOf(value)) {
      const at = text.indexOf(form);
      const before = text.slice(Math.max(0, at - 80), at);
      assert.equal(at, -1, `${name} as ${form} in ${where}: ${before}…`);
    }
  }
}

/** The tables and views that have a row with one of these texts in it. Bytes read as hex there. */
async function tablesWith(sql: postgres.Sql, forms: readonly string[]): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm')
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    union all values ('pg_catalog.pg_stat_activity'), ('pg_catalog.pg_prepared_statements')`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe(
      `select from (select t::text as line from ${name} as t offset 0) as t
        where exists (select from unnest($1::text[]) as form where position(form in line) > 0)
        limit 1`,
      [[...forms]],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/**
 * Asserts that nothing shows any of the values: what the people of a run are shown of it, what has
 * been printed, every row of every table. What everybody may see is found by the same means.
 */
export async function assertNowhere(
  values: Canaries,
  { rig, run, answers = [] }: { rig: ToolRig; run: { id: string }; answers?: readonly string[] },
): Promise<void> {
  await using sql = operator();
  const control = crypto.randomUUID();
  console.log(control);
  const name = `known-${crypto.randomUUID().slice(0, 8)}`;
  const known = { name, description: control, source: "export default () => 1;" };
  assert.equal((await rig.owner.call("POST", "/agents", { body: known })).status, 201);
  assert.deepEqual(await tablesWith(sql, [control]), ["public.agents"]);
  assert.ok(printed.includes(control));
  const shown = await show(rig, await inRole(sql, "admin"), run.id);
  await becomeQuiet();
  for (const text of [JSON.stringify(run), ...answers, ...shown]) {
    assertAbsent("an answer", text, values);
  }
  assertAbsent("what the functions print", printed.join("\n"), values);
  assert.deepEqual(await tablesWith(sql, Object.values(values).flatMap(formsOf)), []);
}

/** What an owner and an administrator are shown of all that. */
async function show({ ask, owner }: ToolRig, chief: Person, run: string): Promise<string[]> {
  const operate = as(chief);
  const evidence = { kind: "user", target: owner.id, reason: "canaries" };
  const made = await expect(operate("POST", "/admin/evidence", evidence), 201);
  const bundle = await expect(operate("GET", `/admin/evidence/${made.body.id}`), 200);
  const audit = await expect(operate("GET", `/admin/audit/export?actor=${owner.id}`), 200);
  const answers = await Promise.all(
    ["", "/events", "/calls", "/policy"].map(async (part) =>
      (await ask("GET", `/execute/runs/${run}${part}`)).text()
    ),
  );
  return [...answers, made.text, bundle.text, audit.text];
}
