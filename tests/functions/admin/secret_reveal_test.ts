import assert from "@std/assert";
import type postgres from "postgres";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import type { Log } from "../../../supabase/functions/_shared/log.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import type { MasterKey } from "../../../supabase/functions/_shared/vault/keys.ts";
import { createSecretKeeper } from "../../../supabase/functions/_shared/vault/reveal.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import agents from "../../../supabase/functions/agents/index.ts";
import { becomeQuiet } from "../../background.ts";
import { uuidOf } from "../matrix/cast.ts";
import { as, expect, newcomer, operator, promise } from "./rig.ts";

const HOSTS = ["api.example.com"];
const env = readEnv();
const platform = createPlatform("tools", env);

/** The keeper as the broker has it, with other keys where some are given. */
function keeper(keys: readonly MasterKey[] = env.secrets.keys, log: Log = () => {}) {
  const vault = createVault({ keys, keeper: "cloister" });
  return createSecretKeeper({ service: platform.service(), vault, log });
}

/** Somebody with an agent, and with a way to keep secrets. */
async function owner(sql: postgres.Sql) {
  const someone = await newcomer(sql, "user");
  const own = as(someone, agents);
  const source = "export default () => 1;";
  const { body: { id } } = await expect(own("POST", "/agents", { name: "mine", source }), 201);
  const keep = async (name: string, value: string, more: Record<string, unknown> = {}) => {
    const draft = { name, value, hosts: HOSTS, ...more };
    return (await expect(someone.ask("POST", "/admin/secrets", draft), 201)).body;
  };
  const wanted = (name: string) => ({ userId: someone.id, agentId: uuidOf(id), name });
  return { ...someone, agentId: uuidOf(id), keep, wanted };
}

promise("the broker opens what a user has kept, for that user's agents", async () => {
  await using sql = operator();
  const [ann, bob] = [await owner(sql), await owner(sql)];
  const { id } = await ann.keep("API_KEY", "the value of ann");
  await ann.keep("ITS_OWN", "for all of them");
  await ann.keep("ITS_OWN", "for the one", { agent: "mine" });
  const found = await keeper().reveal(ann.wanted("API_KEY"));
  assert.deepEqual([found?.value, found?.hosts], ["the value of ann", HOSTS]);
  assert.equal((await keeper().reveal(ann.wanted("ITS_OWN")))?.value, "for the one");
  assert.ok((await ann.ask("GET", `/admin/secrets/${id}`)).body.last_used_at);
  const others = [
    ann.wanted("NONE"),
    bob.wanted("API_KEY"),
    { ...ann.wanted("API_KEY"), userId: bob.id },
    { ...ann.wanted("API_KEY"), agentId: bob.agentId },
    { ...ann.wanted("API_KEY"), agentId: crypto.randomUUID() },
  ];
  for (const wanted of others) assert.equal(await keeper().reveal(wanted), undefined);
  await expect(ann.ask("DELETE", `/admin/secrets/${id}`), 204);
  assert.equal(await keeper().reveal(ann.wanted("API_KEY")), undefined);
});

promise("an expired secret is not handed out", async () => {
  await using sql = operator();
  const ann = await owner(sql);
  const expires_at = new Date(Date.now() + 5_000).toISOString();
  await ann.keep("API_KEY", "a value for a while", { expires_at });
  assert.equal((await keeper().reveal(ann.wanted("API_KEY")))?.value, "a value for a while");
  await new Promise((resolve) => setTimeout(resolve, Date.parse(expires_at) - Date.now() + 50));
  assert.equal(await keeper().reveal(ann.wanted("API_KEY")), undefined);
});

/** What somebody does who can write into the tables, and has not the key. */
const MEDDLING: Readonly<
  Record<string, (sql: postgres.Sql, id: string, other: string) => unknown>
> = {
  "puts another user's locked value in its place": (sql, id, other) =>
    sql`update app.secret_values as v set sealed = o.sealed, kid = o.kid
      from app.secret_values as o where v.secret_id = ${id} and o.secret_id = ${other}`,
  "gives it to another user": (sql, id, other) =>
    sql`update public.secrets as s set owner_id = o.owner_id from public.secrets as o
      where s.id = ${id} and o.id = ${other}`,
  "brings an older value back": (sql, id) =>
    sql`update app.secret_values as v set sealed = k.sealed from kept_before as k
      where v.secret_id = ${id} and k.secret_id = ${id}`,
  "says that it is an older version": (sql, id) =>
    sql`update public.secrets set version = version - 1 where id = ${id}`,
  "adds a host": (sql, id) =>
    sql`update public.secrets set hosts = hosts || array['evil.example.com'] where id = ${id}`,
  "puts off its end": (sql, id) =>
    sql`update public.secrets set expires_at = '2199-01-01' where id = ${id}`,
  "says that it has no end": (sql, id) =>
    sql`update public.secrets set expires_at = null where id = ${id}`,
  "gives it another name": (sql, id) =>
    sql`update public.secrets set name = 'OTHER' where id = ${id}`,
  "makes one agent's everybody's": (sql, id) =>
    sql`update public.secrets set agent_id = null where id = ${id}`,
  "changes a byte": (sql, id) =>
    sql`update app.secret_values set sealed = overlay(sealed placing
        case substr(sealed, 400, 1) when 'A' then 'B' else 'A' end from 400)
      where secret_id = ${id}`,
  "says that another key locked it": (sql, id) =>
    sql`update app.secret_values set kid = 'other' where secret_id = ${id}`,
  "says that Vault has it": (sql, id) =>
    sql`update app.secret_values set kid = 'vault', vault_id = gen_random_uuid(), sealed = null
      where secret_id = ${id}`,
};

for (const [what, meddle] of Object.entries(MEDDLING)) {
  promise(`a secret does not open where somebody in the database ${what}`, async () => {
    await using sql = operator();
    const [ann, bob] = [await owner(sql), await owner(sql)];
    const expires_at = "2198-01-01T00:00:00Z";
    const { id } = await ann.keep("API_KEY", "the value of ann", { agent: "mine", expires_at });
    const { id: other } = await bob.keep("API_KEY", "the value of bob");
    const reserved = await sql.reserve();
    try {
      await reserved`create temporary table kept_before as select * from app.secret_values
        where secret_id = ${uuidOf(id)}`;
      const change = { value: "the next value of ann" };
      await expect(ann.ask("PUT", `/admin/secrets/${id}`, change), 200);
      // As the tables' owner could, who switches the triggers off.
      await reserved`set session_replication_role = replica`;
      await meddle(reserved, uuidOf(id), uuidOf(other));
    } finally {
      reserved.release();
    }
    const asked = [ann, bob].flatMap(({ wanted }) => [wanted("API_KEY"), wanted("OTHER")]);
    const crossed = asked.map((wanted) => ({ ...wanted, agentId: ann.agentId }));
    for (const wanted of [...asked, ...crossed]) {
      const told = await keeper().reveal(wanted).then((found) => found?.value, (err) => {
        assert.match(err.code, /^(internal|secrets_unavailable)$/);
        assert.ok(!Deno.inspect(err, { depth: 9 }).includes("value of"));
        return "refused";
      });
      assert.ok(told !== "the value of ann" && told !== "the next value of ann", `${told}`);
      // Bob's own may be his still.
      if (told === "the value of bob") assert.equal(wanted.userId, bob.id);
    }
  });
}

promise(
  "a secret that is replaced while it is used is the one or the other, and opens",
  async () => {
    await using sql = operator();
    const ann = await owner(sql);
    const { id } = await ann.keep("API_KEY", "value number 1");
    const reading = Array.from({ length: 40 }, async (_, at) => {
      await new Promise((resolve) => setTimeout(resolve, at * 10));
      return (await keeper().reveal(ann.wanted("API_KEY")))?.value;
    });
    for (let version = 2; version <= 6; version++) {
      const change = { value: `value number ${version}` };
      await expect(ann.ask("PUT", `/admin/secrets/${id}`, change), 200);
    }
    for (const value of await Promise.all(reading)) {
      assert.match(
        `${value}`,
        /^value number [1-6]$/,
      );
    }
  },
);

promise(
  "a value that an older key locked is locked by the current one when it is used",
  async () => {
    await using sql = operator();
    const ann = await owner(sql);
    const next: MasterKey = { kid: "next", bytes: crypto.getRandomValues(new Uint8Array(32)) };
    await ann.keep("API_KEY", "locked by the old key");
    const wanted = ann.wanted("API_KEY");
    await assert.rejects(keeper([next]).reveal(wanted), { code: "secrets_unavailable" });
    const both = keeper([next, ...env.secrets.keys]);
    const found = await Promise.all(Array.from({ length: 10 }, () => both.reveal(wanted)));
    assert.ok(found.every((secret) => secret?.value === "locked by the old key"));
    await becomeQuiet();
    assert.equal((await keeper([next]).reveal(wanted))?.value, "locked by the old key");
    await assert.rejects(keeper().reveal(wanted), { code: "secrets_unavailable" });
    const entries = await sql`
    select details from public.audit_log where action = 'secret.resealed' and resource_id = (
      select id::text from public.secrets where owner_id = ${ann.id})`;
    assert.deepEqual(entries.map(({ details }) => details), [{ kid: ["local", "next"] }]);
  },
);
