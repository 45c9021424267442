import assert from "@std/assert";
import postgres from "postgres";
import { person, testStack } from "../../stack.ts";
import { inRole } from "../matrix/cast.ts";

const ENDLESS = "export default async () => { for (;;) await null; };";

function operator() {
  const sql = postgres(testStack().adminUrl, { max: 1, onnotice: () => {} });
  return Object.assign(sql, { [Symbol.asyncDispose]: () => sql.end() });
}

/** Every column of every table that holds a text, as `table.column`. */
async function mentions(sql: postgres.Sql, text: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'app', 'auth')
  `;
  const query = tables.map(({ name }) =>
    `select '${name}' as name from ${name} as t where position($1 in t::text) > 0 limit 1`
  ).map((part) => `(${part})`).join(" union all ");
  const found = await sql.unsafe<{ name: string }[]>(query, [text]);
  return found.map(({ name }) => name).sort();
}

/** Somebody with an agent, a file, a key, a run that ended and one that never does. */
async function busy() {
  const user = await person("doomed");
  const ask = async (method: string, path: string, body: unknown, headers = {}) => {
    const response = await user.call(method, path, { body, headers });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return JSON.parse(text);
  };
  await ask("POST", "/agents", { name: "quick", source: "export default () => 1;" });
  await ask("POST", "/agents", { name: "endless", source: ENDLESS });
  await ask("PUT", "/agents/quick/files/a.txt", "x");
  await ask("POST", "/admin/keys", { name: "ci", scopes: ["agents:read"] });
  await ask("POST", "/execute/agents/quick", { input: 1 });
  return { user, ask };
}

Deno.test("DELETE /admin/users/:id leaves nothing that names the user but what nobody may change", async () => {
  await using sql = operator();
  const admin = await inRole(sql, "admin");
  const { user, ask } = await busy();
  const running = ask("POST", "/execute/agents/endless", { input: 1 }).catch(() => {});
  while (
    (await sql`select from public.runs where owner_id = ${user.id} and status = 'running'`)
      .length === 0
  ) await Promise.resolve();
  const response = await admin.call("DELETE", `/admin/users/${user.id}`);
  assert.equal(response.status, 204, await response.text());
  await running;
  assert.deepEqual(await mentions(sql, user.id), ["public.audit_log"]);
  const [entry] = await sql`
    select actor_id from public.audit_log where action = 'user.erased' and resource_id = ${user.id}
  `;
  assert.equal(entry?.actor_id, admin.id);
  const [chain] = await sql`select app.check_audit_chain() as verdict`;
  assert.equal(chain?.verdict.ok, true);
  const again = await admin.call("DELETE", `/admin/users/${user.id}`);
  assert.equal(again.status, 404, await again.text());
});

Deno.test("DELETE /admin/users/:id refuses while a legal hold keeps what the user has", async () => {
  await using sql = operator();
  const admin = await inRole(sql, "admin");
  const user = await person("held");
  const made = await admin.supabase.rpc("hold", {
    kind: "user",
    target: user.id,
    reason: "a case",
  });
  assert.equal(made.error, null);
  const before = await mentions(sql, user.id);
  const refused = await admin.call("DELETE", `/admin/users/${user.id}`);
  assert.deepEqual([refused.status, (await refused.json()).code], [409, "held"]);
  assert.deepEqual(await mentions(sql, user.id), before, "and stops nobody");
  const [hold] = made.data ?? [];
  assert.ok(hold);
  await admin.supabase.rpc("release_hold", { hold_id: hold.id });
  const response = await admin.call("DELETE", `/admin/users/${user.id}`);
  assert.equal(response.status, 204, await response.text());
  const records = ["public.audit_log", "public.legal_holds"];
  assert.deepEqual(await mentions(sql, user.id), records);
});

Deno.test("DELETE /admin/users/:id is no way out for an administrator's own account", async () => {
  await using sql = operator();
  const admin = await inRole(sql, "admin");
  const refused = await admin.call("DELETE", `/admin/users/${admin.id}`);
  assert.deepEqual([refused.status, (await refused.json()).code], [400, "invalid_request"]);
});
