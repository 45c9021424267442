/**
 * The same matrix around the functions: every table and every function of the Data API × every role
 * × own, another's and missing × a session's token and an API key's exchanged one.
 * Long, because it is one table, played by many actors.
 */
import assert from "@std/assert";
import * as z from "zod";
import { createSigner } from "../../supabase/functions/_shared/auth/signer.ts";
import { readEnv } from "../../supabase/functions/_shared/env.ts";
import { call, person, testStack } from "../stack.ts";
import {
  inRole,
  missing,
  operator,
  plant,
  plantKey,
  plantShared,
  type Things,
  uuidOf,
} from "./matrix/cast.ts";
import { ONE_AGENT, ROLES, SCOPES } from "./matrix/expected.ts";
import { type ExpectedFunction, FUNCTIONS, SERVICE, TABLES } from "./matrix/rest_expected.ts";

const stack = testStack();
type Sql = ReturnType<typeof operator>;
const Rows = z.array(
  z.looseObject({ owner_id: z.string().optional(), id: z.unknown().optional() }),
);
const Refusal = z.object({ code: z.string(), message: z.string() });

/** A column to write by, where that is not `id`. */
const COLUMN: Readonly<Record<string, string>> = {
  alert_rules: "name",
  audit_log: "seq",
  audit_checkpoints: "seq",
  retention: "kind",
  run_events: "seq",
};

/** Somebody with a token for Postgres, and what they may do. */
interface Actor {
  id: string;
  token: string | undefined;
  may: readonly string[];
  /** The key that the token was exchanged for: it sees itself. */
  keyId?: string;
}

async function rest(
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${stack.url}/rest/v1/${path}`, {
    method,
    headers: {
      apikey: stack.publishableKey,
      "content-type": "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** What came of a call, in a word: `ok`, `nothing`, our code, or the SQLSTATE. */
function word({ status, text }: { status: number; text: string }): string {
  if (status >= 400) {
    const { code, message } = Refusal.parse(JSON.parse(text));
    return code.startsWith("PT") ? message : code;
  }
  return text === "[]" ? "nothing" : "ok";
}

/** A token as the functions exchange a key for. */
async function exchanged(userId: string, keyId: string): Promise<string> {
  const { signingKey, jwtIssuer: issuer } = readEnv();
  assert.ok(signingKey, "the test stack has a signing key");
  return (await createSigner(signingKey, { issuer }).mint(userId, { cloister_key: keyId })).token;
}

async function playTables({ id, token, may, keyId }: Actor, others: Things & { owner: string }) {
  const wrong: string[] = [];
  const check = (what: string, found: unknown, wanted: unknown) => {
    if (found !== wanted) wrong.push(`${what}: ${found} instead of ${wanted}`);
  };
  for (const [table, { needs, rows }] of Object.entries(TABLES)) {
    const seen = await rest(token, "GET", `${table}?limit=50`);
    const found = seen.status === 200 ? Rows.parse(JSON.parse(seen.text)) : [];
    const itself = table === "api_keys" && keyId !== undefined;
    const sees = itself || may.includes(needs);
    check(`select ${table}`, `${seen.status} ${found.length > 0}`, `200 ${sees}`);
    if (itself) check("keys", found.map((row) => row.id).join(), keyId);
    if (rows === "own") {
      check(`owners in ${table}`, found.every(({ owner_id }) => owner_id === id), true);
      const foreign = await rest(token, "GET", `${table}?owner_id=eq.${others.owner}`);
      check(`another's ${table}`, foreign.text, "[]");
    }
    wrong.push(...await playWrites(token, table));
  }
  return wrong;
}

/** Nobody writes into a table, whoever they are. */
async function playWrites(token: string | undefined, table: string): Promise<string[]> {
  const column = COLUMN[table] ?? "id";
  const tries = [
    ["POST", table, { [column]: null }],
    ["PATCH", `${table}?${column}=not.is.null`, { [column]: null }],
    ["DELETE", `${table}?${column}=not.is.null`, undefined],
  ] as const;
  const wrong: string[] = [];
  for (const [method, path, body] of tries) {
    const found = word(await rest(token, method, path, body));
    if (found !== "42501") wrong.push(`${method} ${table}: ${found} instead of 42501`);
  }
  return wrong;
}

async function playFunctions(sql: Sql, actor: Actor, others: Things): Promise<string[]> {
  const wrong: string[] = [];
  const check = (what: string, found: string, wanted: string) => {
    if (found !== wanted) wrong.push(`${what}: ${found} instead of ${wanted}`);
  };
  const call = (name: string, args: unknown) => rest(actor.token, "POST", `rpc/${name}`, args);
  for (const [name, expected] of Object.entries(FUNCTIONS)) {
    const { needs } = expected;
    const has = needs.filter((permission) => actor.may.includes(permission)).length;
    const may = (expected.all ? has === needs.length : needs.length === 0 || has > 0) &&
      (!expected.session || actor.keyId === undefined) && !expected.ours;
    const lacking = expected.lacking ?? "forbidden";
    const own = await plant(sql, actor.id, await sharedFor(sql, expected, { others, may }));
    if (expected.names === "own") {
      const gone = await call(name, expected.args(missing()));
      const foreign = await call(name, expected.args(others));
      check(`${name} of another's`, foreign.text, gone.text);
      if (may) assert.match(word(gone), /^(not_found|nothing)$/, name);
    }
    check(name, word(await call(name, expected.args(own))), may ? "ok" : lacking);
  }
  for (const name of SERVICE) check(name, word(await call(name, argumentsOf(name))), "42501");
  return wrong;
}

async function sharedFor(
  sql: Sql,
  { names }: ExpectedFunction,
  { others, may }: { others: Things; may: boolean },
) {
  return may && names === "shared" ? await plantShared(sql, others.user, others.evidence) : others;
}

let signatures: ReadonlyMap<string, Record<string, unknown>> = new Map();

/** Arguments of the right names for a function that refuses before it looks at them. */
function argumentsOf(name: string): Record<string, unknown> {
  return signatures.get(name) ?? {};
}

/** The names of every function in `public`, with arguments to call it by. */
async function readFunctions(sql: Sql): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const rows = await sql<{ name: string; names: string[]; types: string[] }[]>`
    select p.proname as name,
      coalesce(p.proargnames[1:p.pronargs - p.pronargdefaults], '{}') as names,
      array(select format_type(t, null) from unnest(p.proargtypes) as t) as types
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e')`;
  const value = (type = "") => {
    if (type.endsWith("[]")) return [];
    if (type === "uuid") return crypto.randomUUID();
    if (/^(integer|bigint)$/.test(type)) return 1;
    if (type === "boolean") return true;
    return type.startsWith("timestamp") ? "2026-01-01T00:00:00Z" : "x";
  };
  return new Map(rows.map(({ name, names, types }) => [
    name,
    Object.fromEntries(names.map((argument, at) => [argument, value(types[at])])),
  ]));
}

async function stranger(sql: Sql): Promise<Things & { owner: string }> {
  const { id } = await person("stranger");
  return { ...await plant(sql, id, { ...missing(), user: id }), owner: id };
}

/** Evidence stays for ever, and other tests read it: so it is made as it would be. */
async function freeze({ token }: { token: string }, target: string): Promise<void> {
  const body = { kind: "user", target, reason: "why" };
  const response = await call(stack, "POST", "/admin/evidence", { token, body });
  assert.equal(response.status, 201, await response.text());
}

async function play(sql: Sql, actor: Actor): Promise<string[]> {
  const others = await stranger(sql);
  await plant(sql, actor.id, missing());
  await plantShared(sql, others.owner, "");
  await freeze(await inRole(sql, "admin"), others.owner);
  await sql`
    insert into public.security_events (type, at, count, data) values ('probing', now(), 1, '{}')`;
  signatures = await readFunctions(sql);
  const tables = await playTables(actor, others);
  return [...tables, ...await playFunctions(sql, actor, others)];
}

Deno.test("the matrix holds every table and every function that the Data API exposes", async () => {
  await using sql = operator();
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class as c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      and not c.relispartition`;
  assert.deepEqual(tables.map(({ name }) => name).sort(), Object.keys(TABLES).sort());
  const functions = [...(await readFunctions(sql)).keys()];
  assert.deepEqual(functions.sort(), [...Object.keys(FUNCTIONS), ...SERVICE].sort());
});

for (const [role, may] of Object.entries(ROLES)) {
  Deno.test(`around the functions, a session of the role ${role} may do what the role may`, async () => {
    await using sql = operator();
    const { id, token } = await inRole(sql, role);
    assert.deepEqual(await play(sql, { id, token, may }), []);
  });

  Deno.test(`around the functions, a key of the role ${role} may do that, but manage keys`, async () => {
    await using sql = operator();
    const { id } = await inRole(sql, role);
    const { id: keyId } = await plantKey(sql, id, SCOPES);
    const rest = may.filter((permission) => permission !== "keys:manage");
    const actor = { id, token: await exchanged(id, keyId), may: rest, keyId };
    assert.deepEqual(await play(sql, actor), []);
  });
}

Deno.test("around the functions, a key's token may do what its one scope allows", async () => {
  await using sql = operator();
  const { id } = await inRole(sql, "admin");
  for (const scope of ["agents:read", "agents:execute", "audit:read"]) {
    const { id: keyId } = await plantKey(sql, id, [scope]);
    const actor = { id, token: await exchanged(id, keyId), may: [scope], keyId };
    assert.deepEqual(await play(sql, actor), [], scope);
  }
});

Deno.test("around the functions, a key for one agent finds nothing of its owner's others", async () => {
  await using sql = operator();
  const { id } = await inRole(sql, "streamer");
  const [its, other] = [await plant(sql, id, missing()), await plant(sql, id, missing())];
  const agentId = uuidOf(its.agentId);
  const { id: keyId } = await plantKey(sql, id, ONE_AGENT, agentId);
  const token = await exchanged(id, keyId);
  for (const table of ["agent_versions", "runs", "tool_calls"]) {
    const all = await rest(token, "GET", `${table}?select=agent_id`);
    assert.deepEqual(JSON.parse(all.text), [{ agent_id: agentId }], table);
  }
  assert.deepEqual(JSON.parse((await rest(token, "GET", "agents?select=id")).text), [{
    id: agentId,
  }]);
  const events = await rest(token, "GET", "run_events?select=run_id&seq=eq.1");
  assert.deepEqual(JSON.parse(events.text), [{ run_id: uuidOf(its.run) }]);
  for (const [name, { names, needs, args }] of Object.entries(FUNCTIONS)) {
    if (names !== "own" || needs.includes("keys:manage")) continue;
    const gone = await rest(token, "POST", `rpc/${name}`, args(missing()));
    assert.equal((await rest(token, "POST", `rpc/${name}`, args(other))).text, gone.text, name);
  }
  const made = await rest(
    token,
    "POST",
    "rpc/create_agent",
    FUNCTIONS.create_agent?.args(missing()),
  );
  assert.equal(word(made), "forbidden");
});

Deno.test("a token that names a key that is over, another's, or none at all, may nothing", async () => {
  await using sql = operator();
  const [ann, bob] = [await inRole(sql, "admin"), await inRole(sql, "admin")];
  const { id: revoked } = await plantKey(sql, ann.id, SCOPES);
  const { id: expired } = await plantKey(sql, ann.id, SCOPES);
  const { id: foreign } = await plantKey(sql, bob.id, SCOPES);
  await sql`update public.api_keys set revoked_at = now() where id = ${revoked}`;
  await sql`
    update public.api_keys set expires_at = now() - interval '1 second' where id = ${expired}`;
  await plant(sql, ann.id, missing());
  for (const keyId of [revoked, expired, foreign, crypto.randomUUID(), "", "x"]) {
    const token = await exchanged(ann.id, keyId);
    for (const table of Object.keys(TABLES)) {
      assert.equal((await rest(token, "GET", table)).text, "[]", `${table} by ${keyId}`);
    }
    assert.equal((await rest(token, "POST", "rpc/my_permissions", {})).text, "[]");
    const made = await rest(
      token,
      "POST",
      "rpc/create_agent",
      FUNCTIONS.create_agent?.args(missing()),
    );
    assert.equal(word(made), "forbidden");
  }
});

Deno.test("anonymous callers of the Data API see no table and call no function", async () => {
  await using sql = operator();
  const others = await stranger(sql);
  signatures = await readFunctions(sql);
  for (const table of Object.keys(TABLES)) {
    assert.equal(word(await rest(undefined, "GET", table)), "42501", table);
    assert.deepEqual(await playWrites(undefined, table), []);
  }
  for (const [name, { args }] of Object.entries(FUNCTIONS)) {
    assert.equal(word(await rest(undefined, "POST", `rpc/${name}`, args(others))), "42501", name);
  }
  for (const name of SERVICE) {
    assert.equal(
      word(await rest(undefined, "POST", `rpc/${name}`, argumentsOf(name))),
      "42501",
      name,
    );
  }
});
