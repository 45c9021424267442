import assert from "@std/assert";
import postgres from "postgres";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { createHost } from "../../../supabase/functions/_shared/engine.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createSecretKeeper } from "../../../supabase/functions/_shared/vault/reveal.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import { createAdmin } from "../../../supabase/functions/admin/routes.ts";
import { becomeQuiet } from "../../background.ts";
import { person, type SharedStack } from "../../stack.ts";
import { ownStack } from "./own_stack.ts";
import { as, expect } from "./rig.ts";

const MANY = 120;
const NEW_KEY = btoa("a new key of the thirty-two byte");

/** The admin function of a stack, as an operator would configure it for new keys. */
function serve(stack: SharedStack, secretKeys: string, secretKeeper = "cloister") {
  const vars = { CLOISTER_SECRET_KEYS: secretKeys, CLOISTER_SECRET_KEEPER: secretKeeper };
  const env = readEnv({ ...stack.env, ...vars });
  const platform = createPlatform("admin", env);
  const vault = createVault(env.secrets);
  const host = createHost(() => Promise.resolve({ engine: quickJs }));
  const app = createApp("admin", platform, createAdmin(host, env.jwtIssuer, vault));
  const keeper = createSecretKeeper({ service: platform.service(), vault, log: platform.log });
  return { app, keeper, vault };
}

/** Secrets of a user's that the old key locked. */
async function plantMany(
  sql: postgres.Sql,
  { vault }: ReturnType<typeof serve>,
  ownerId: string,
): Promise<void> {
  for (let at = 0; at < MANY; at++) {
    const binding = {
      ...{ id: uuid7(), ownerId, agentId: null, name: `S_${at}`, version: 1 },
      ...{ hosts: ["api.example.com"], expiresAt: null },
    };
    const { kid, sealed } = await vault.seal(binding, `value number ${at}`);
    await sql`
      insert into public.secrets (id, owner_id, name, hosts)
      values (${binding.id}, ${ownerId}, ${binding.name}, ${sql.array(binding.hosts)})`;
    await sql`
      insert into app.secret_values (secret_id, version, kid, sealed)
      values (${binding.id}, 1, ${kid}, ${sealed})`;
  }
}

Deno.test("everybody's secrets are locked anew by the current key, and open by it alone", async () => {
  await using own = await ownStack();
  const { stack } = own;
  const sql = postgres(stack.adminUrl, { max: 2, onnotice: () => {} });
  try {
    const [ann, chief] = [await person("ann", stack), await person("chief", stack)];
    await sql`insert into app.user_roles (user_id, role) values (${chief.id}, 'admin')`;
    const oldKeys = stack.env.CLOISTER_SECRET_KEYS ?? "";
    const newKeys = JSON.stringify({ next: NEW_KEY, ...JSON.parse(oldKeys) });
    await plantMany(sql, serve(stack, oldKeys), ann.id);
    const both = serve(stack, newKeys);
    const rotate = () => as(chief, both.app)("POST", "/admin/secrets/rotate");
    const first = await expect(rotate(), 200);
    assert.deepEqual(first.body, { resealed: 50, failed: 0, remaining: MANY - 50 });
    await becomeQuiet();
    assert.deepEqual((await expect(rotate(), 200)).body, { resealed: 0, failed: 0, remaining: 0 });

    const agent = { name: "mine", source: "export default () => 1;" };
    const created = await ann.call("POST", "/agents", { body: agent });
    assert.equal(created.status, 201, await created.text());
    const [{ id: agentId } = { id: "" }] = await sql<
      { id: string }[]
    >`select id from public.agents`;
    const { keeper } = serve(stack, JSON.stringify({ next: NEW_KEY }));
    for (let at = 0; at < MANY; at++) {
      const secret = await keeper.reveal({ userId: ann.id, agentId, name: `S_${at}` });
      assert.equal(secret?.value, `value number ${at}`);
    }
    const old = serve(stack, oldKeys).keeper.reveal({ userId: ann.id, agentId, name: "S_0" });
    await assert.rejects(old, { code: "secrets_unavailable" });

    await spoil(sql);
    const failing = await expect(rotate(), 200);
    assert.deepEqual(failing.body, { resealed: 0, failed: 1, remaining: 1 });
    await trail(sql, chief.id);
    await becomeQuiet();
  } finally {
    await sql.end();
  }
});

/** Values that open by no key, whose ids come before all others. */
async function plantJunk(sql: postgres.Sql, ownerId: string, many: number): Promise<void> {
  await sql`
    with kept as (
      insert into public.secrets (id, owner_id, name, hosts)
      select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${ownerId},
        'JUNK_' || n, array['api.example.com']
      from generate_series(1, ${many}::int) as n
      returning id
    )
    insert into app.secret_values (secret_id, version, kid, sealed)
    select id, 1, 'zz-old', 'junk' from kept`;
}

Deno.test("values that do not open hold up the change to a new key for nobody", async () => {
  await using own = await ownStack();
  const { stack } = own;
  const sql = postgres(stack.adminUrl, { max: 2, onnotice: () => {} });
  try {
    const [ann, chief] = [await person("ann", stack), await person("chief", stack)];
    await sql`insert into app.user_roles (user_id, role) values (${chief.id}, 'admin')`;
    const oldKeys = stack.env.CLOISTER_SECRET_KEYS ?? "";
    await plantJunk(sql, ann.id, 60);
    await plantMany(sql, serve(stack, oldKeys), chief.id);
    // One that lies in a Vault that is not there.
    await sql`
      update app.secret_values set kid = 'vault', sealed = null, vault_id = gen_random_uuid()
      where secret_id = (select id from public.secrets where name = 'S_0')`;
    const newKeys = JSON.stringify({ next: NEW_KEY, ...JSON.parse(oldKeys) });
    const rotate = () => as(chief, serve(stack, newKeys).app)("POST", "/admin/secrets/rotate");
    const first = await expect(rotate(), 200);
    assert.deepEqual(first.body, { resealed: 0, failed: 50, remaining: 60 + MANY });
    await becomeQuiet();
    const second = await expect(rotate(), 200);
    assert.deepEqual(second.body, { resealed: 0, failed: 61, remaining: 61 });
    await becomeQuiet();

    // What becomes whole has its turn when it is asked for again.
    await sql`
      update app.secret_values as v set kid = o.kid, sealed = 'x', vault_id = null
      from app.secret_values as o where v.kid = 'vault' and o.kid = 'next'`;
    assert.deepEqual((await expect(rotate(), 200)).body.remaining, 60);
    await becomeQuiet();
  } finally {
    await sql.end();
  }
});

/** One value that does not open: it is counted, and holds up no other. */
async function spoil(sql: postgres.Sql): Promise<void> {
  await sql`
    update app.secret_values set kid = 'local'
    where secret_id = (select id from public.secrets where name = 'S_7')`;
}

/** Who asked, and each value that was locked anew, without any of it. */
async function trail(sql: postgres.Sql, chiefId: string): Promise<void> {
  const asked = await sql`
    select actor_id, details from public.audit_log where action = 'secrets.rotated' order by seq`;
  assert.ok(asked.every(({ actor_id }) => actor_id === chiefId));
  assert.deepEqual(asked[0]?.details, {
    kid: "next",
    resealed: 50,
    failed: 0,
    remaining: MANY - 50,
  });
  const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
    select count(distinct resource_id)::int as count from public.audit_log
    where action = 'secret.resealed' and details = '{"kid": ["local", "next"]}'`;
  assert.equal(count, MANY);
}

/** Supabase Vault as far as it is asked: what it locks with is not ours to test. */
const VAULT = `
  create schema vault;
  create table vault.secrets (id uuid primary key default gen_random_uuid(), name text unique, secret text);
  create view vault.decrypted_secrets as
    select id, name, reverse(secret) as decrypted_secret from vault.secrets;
  create function vault.create_secret(
    new_secret text, new_name text default null, new_description text default '',
    new_key_id uuid default null
  ) returns uuid language sql as
    'insert into vault.secrets (name, secret) values ($2, reverse($1)) returning id';
  create function vault.update_secret(
    secret_id uuid, new_secret text default null, new_name text default null,
    new_description text default null, new_key_id uuid default null
  ) returns void language sql as
    'update vault.secrets set secret = reverse($2) where id = $1';
  grant usage on schema vault to postgres;
  grant select, delete on vault.decrypted_secrets to postgres;
  grant all on vault.secrets to postgres;`;

Deno.test("Supabase Vault keeps secrets as well, and they move there and back", async () => {
  await using own = await ownStack();
  const { stack } = own;
  const sql = postgres(stack.adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [ann, chief] = [await person("ann", stack), await person("chief", stack)];
    await sql`insert into app.user_roles (user_id, role) values (${chief.id}, 'admin')`;
    const keys = stack.env.CLOISTER_SECRET_KEYS ?? "";
    const [ours, vaults] = [serve(stack, keys), serve(stack, keys, "vault")];
    const draft = { name: "KEY", value: "kept in Vault", hosts: ["api.example.com"] };
    const keep = () => as(ann, vaults.app)("POST", "/admin/secrets", draft);
    await expect(keep(), 501, "secrets_unavailable");
    await sql.unsafe(VAULT);
    const { body: { id } } = await expect(keep(), 201);
    const agent = { name: "mine", source: "export default () => 1;" };
    assert.equal((await ann.call("POST", "/agents", { body: agent })).status, 201);
    const [{ id: agentId } = { id: "" }] = await sql<
      { id: string }[]
    >`select id from public.agents`;
    const wanted = { userId: ann.id, agentId, name: "KEY" };
    const opens = async (keeper: typeof ours.keeper) => (await keeper.reveal(wanted))?.value;
    assert.equal(await opens(vaults.keeper), "kept in Vault");
    assert.equal((await sql`select from vault.secrets`).length, 1);

    const rotated = { resealed: 1, failed: 0, remaining: 0 };
    const back = await expect(as(chief, ours.app)("POST", "/admin/secrets/rotate"), 200);
    assert.deepEqual(back.body, rotated);
    assert.equal((await sql`select from vault.secrets`).length, 0);
    assert.equal(await opens(ours.keeper), "kept in Vault");
    const there = await expect(as(chief, vaults.app)("POST", "/admin/secrets/rotate"), 200);
    assert.deepEqual(there.body, rotated);
    const change = { value: "the next in Vault" };
    await expect(as(ann, vaults.app)("PUT", `/admin/secrets/${id}`, change), 200);
    assert.equal(await opens(vaults.keeper), "the next in Vault");

    // Vault vouches for its own row. That ours is another's, we notice ourselves.
    await sql`set session_replication_role = replica`;
    await sql`update public.secrets set hosts = array['evil.example.com']`;
    await assert.rejects(vaults.keeper.reveal(wanted), { code: "internal" });
    await expect(as(ann, vaults.app)("DELETE", `/admin/secrets/${id}`), 204);
    assert.equal((await sql`select from vault.secrets`).length, 0);
    await becomeQuiet();
  } finally {
    await sql.end();
  }
});
