import assert from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { createAuthenticate } from "../../../../supabase/functions/_shared/auth/authenticate.ts";
import { generateKey } from "../../../../supabase/functions/_shared/auth/key.ts";
import { createSigner } from "../../../../supabase/functions/_shared/auth/signer.ts";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { createService } from "../../../../supabase/functions/_shared/service.ts";
import { newKey, tokenOfKey } from "../../../keys.ts";
import { call, newAddress, type Person, person, testStack } from "../../../stack.ts";
import { CONTEXT, newClock, refusedWith } from "./rig.ts";

const SOURCE = "export default (n: number) => n + 1;";

/** Changes what only an operator can. */
async function asOperator<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** Calls a function with a key, always from the same address. */
function program(key: string, address: string = newAddress()) {
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(testStack(), method, path, { token: key, address, body, headers });
}

async function codeOf(answer: Promise<Response>): Promise<string> {
  const { status, code } = await (await answer).json();
  return `${status} ${code}`;
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
}

/** The Data API, as whoever holds the token. */
function directly(token: string) {
  const { url, publishableKey } = testStack();
  return createClient(url, publishableKey, { accessToken: () => Promise.resolve(token) });
}

async function withAgent(name: string, agent = "one"): Promise<Person> {
  const owner = await person(name);
  const made = await owner.call("POST", "/agents", { body: { name: agent, source: SOURCE } });
  assert.equal(made.status, 201, await made.text());
  return owner;
}

Deno.test("a key does what its owner does, and what it does is known to be its doing", async () => {
  const ann = await withAgent("ann");
  const { id, key } = await newKey(ann);
  const ask = program(key);
  const listed = await (await ask("GET", "/agents")).json();
  assert.deepEqual(listed.data.map(({ name }: { name: string }) => name), ["one"]);
  const run = await (await ask("POST", "/execute/agents/one", { input: 1 })).json();
  assert.deepEqual([run.status, run.output], ["succeeded", 2]);
  const [row] = await asOperator((sql) =>
    sql`select owner_id, key_id from public.runs where owner_id = ${ann.id}`
  );
  assert.deepEqual({ ...row }, { owner_id: ann.id, key_id: id });
});

Deno.test("what is done through a function is written down with who, from where and on which request", async () => {
  const ann = await withAgent("ann");
  const { id, key } = await newKey(ann);
  const address = newAddress();
  const headers = { "x-request-id": "req-1", "user-agent": "probe/1" };
  const made = await program(key, address)(
    "POST",
    "/agents",
    { name: "two", source: SOURCE },
    headers,
  );
  await made.body?.cancel();
  const [row] = await asOperator((sql) =>
    sql`select actor_id, key_id, request_id, address, user_agent, via from public.audit_log
      where actor_id = ${ann.id} and action = 'agent.created' and key_id is not null`
  );
  assert.deepEqual({ ...row }, {
    actor_id: ann.id,
    key_id: id,
    request_id: "req-1",
    address: `${address.slice(0, -1)}/64`,
    user_agent: "probe/1",
    via: "api",
  });
});

Deno.test("a key has its scopes and no more, and its owner's role and no more", async () => {
  const ann = await withAgent("ann");
  const { key } = await newKey(ann, { scopes: ["agents:read", "agents:write"] });
  const ask = program(key);
  assert.equal(await statusOf(ask("GET", "/agents")), 200);
  assert.equal(await codeOf(ask("POST", "/execute/agents/one", {})), "403 forbidden");
  await asOperator((sql) => sql`insert into app.user_roles values (${ann.id}, 'viewer')`);
  const body = { name: "two", source: SOURCE };
  assert.equal(await codeOf(ask("POST", "/agents", body)), "403 forbidden");
  assert.equal(await statusOf(ask("GET", "/agents")), 200);
});

Deno.test("a key of one agent cannot tell the others from missing ones", async () => {
  const ann = await withAgent("ann");
  const other = await ann.call("POST", "/agents", { body: { name: "two", source: SOURCE } });
  await other.body?.cancel();
  const { key } = await newKey(ann, { agent: "one" });
  const ask = program(key);
  const listed = await (await ask("GET", "/agents")).json();
  assert.deepEqual(listed.data.map(({ name }: { name: string }) => name), ["one"]);
  for (const name of ["two", "three"]) {
    assert.equal(await codeOf(ask("GET", `/agents/${name}`)), "404 not_found");
    assert.equal(await codeOf(ask("POST", `/execute/agents/${name}`, {})), "404 not_found");
  }
  assert.equal(await statusOf(ask("POST", "/execute/agents/one", { input: 1 })), 200);
});

Deno.test("no key makes, rotates or revokes keys, whatever its owner may", async () => {
  const ann = await withAgent("ann");
  const { id } = await newKey(ann);
  const db = directly(await tokenOfKey(ann.id, id));
  const { publicId, secretHash } = await generateKey("test");
  const secret = { public_id: publicId, secret_hash: secretHash };
  const attempts = await Promise.all([
    db.rpc("create_key", { name: "x", scopes: ["agents:read"], ...secret }),
    db.rpc("rotate_key", { key_id: id, ...secret }),
    db.rpc("revoke_key", { key_id: id }),
  ]);
  for (const { error } of attempts) assert.equal(error?.message, "forbidden");
});

Deno.test("a revoked key has no right in Postgres from that moment on", async () => {
  const ann = await withAgent("ann");
  const { id, key } = await newKey(ann);
  const ask = program(key);
  const db = directly(await tokenOfKey(ann.id, id));
  assert.equal((await db.from("agents").select("id")).data?.length, 1);
  assert.equal(await statusOf(ask("GET", "/agents/one")), 200);
  await ann.supabase.rpc("revoke_key", { key_id: id });
  assert.deepEqual((await db.from("agents").select("id")).data, []);
  assert.equal(await codeOf(ask("GET", "/agents/one")), "404 not_found");
  assert.equal(await codeOf(ask("PATCH", "/agents/one", { description: "x" })), "403 forbidden");
  assert.equal(await codeOf(ask("POST", "/execute/agents/one", {})), "401 key_revoked");
});

Deno.test("a function refuses a revoked key within a minute", async () => {
  const ann = await withAgent("ann");
  const { id, key } = await newKey(ann);
  const env = readEnv(testStack().env);
  const clock = newClock(Date.now());
  const service = createService(env);
  const authenticate = createAuthenticate(env, {
    service: () => service(),
    signer: env.signingKey &&
      createSigner(env.signingKey, { issuer: env.jwtIssuer, now: clock.now }),
    now: clock.now,
  });
  assert.equal((await authenticate(`Bearer ${key}`, CONTEXT)).keyId, id);
  await ann.supabase.rpc("revoke_key", { key_id: id });
  clock.pass(60);
  await refusedWith(authenticate(`Bearer ${key}`, CONTEXT), "key_revoked");
});

const ends: [
  string,
  (sql: postgres.Sql, key: string, owner: string) => Promise<unknown>,
  string,
][] = [
  [
    "revoked",
    (sql, key) => sql`update public.api_keys set revoked_at = now() where id = ${key}`,
    "401 key_revoked",
  ],
  [
    "expired",
    (sql, key) => sql`update public.api_keys set expires_at = now() where id = ${key}`,
    "401 key_expired",
  ],
  [
    "quarantined",
    (sql, key) =>
      sql`insert into public.quarantines (kind, target, reason) values ('key', ${key}, 'x')`,
    "423 key_quarantined",
  ],
  [
    "without an owner",
    (sql, _, owner) => sql`delete from auth.users where id = ${owner}`,
    "401 key_invalid",
  ],
];

for (const [what, end, code] of ends) {
  Deno.test(`a key that is ${what} is refused with ${code}`, async () => {
    const ann = await person("ann");
    const { id, key } = await newKey(ann);
    await asOperator((sql) => end(sql, id, ann.id));
    assert.equal(await codeOf(program(key)("GET", "/agents")), code);
  });
}

Deno.test("ten wrong keys block an address, and no other", async () => {
  const { key } = await newKey(await withAgent("ann"));
  const address = newAddress();
  for (let i = 0; i < 10; i++) {
    const guess = (await generateKey("test")).key;
    assert.equal(await codeOf(program(guess, address)("GET", "/agents")), "401 key_invalid");
  }
  const blocked = await program(key, address)("GET", "/agents");
  assert.ok(Number(blocked.headers.get("retry-after")) > 0);
  assert.equal(await codeOf(Promise.resolve(blocked)), "429 address_blocked");
  assert.equal(await statusOf(program(key)("GET", "/agents")), 200);
});

Deno.test("headers that claim another address change nothing of a block", async () => {
  const address = newAddress();
  const ask = program("ck_test_wrong", address);
  for (let i = 0; i < 10; i++) {
    const claimed = { "x-forwarded-for": `192.0.2.${i}`, "cf-connecting-ip": `192.0.2.${i}` };
    assert.equal(await codeOf(ask("GET", "/agents", undefined, claimed)), "401 key_invalid");
  }
  const claimed = { forwarded: "for=192.0.2.99", "x-real-ip": "192.0.2.99" };
  assert.equal(await codeOf(ask("GET", "/agents", undefined, claimed)), "429 address_blocked");
});
