import assert from "@std/assert";
import { exportJWK, generateKeyPair } from "jose";
import { verifyBundle } from "../../../scripts/evidence.ts";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { createHost } from "../../../supabase/functions/_shared/engine.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import { pack, unpack } from "../../../supabase/functions/admin/evidence/pack.ts";
import { createAdmin } from "../../../supabase/functions/admin/routes.ts";
import agents from "../../../supabase/functions/agents/index.ts";
import { person, testStack } from "../../stack.ts";
import { missing, plant } from "../matrix/cast.ts";
import { as, expect, newcomer, operator, promise } from "./rig.ts";

const stack = testStack();
const SCRIPT = new URL("../../../scripts/evidence.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;
type Sql = ReturnType<typeof operator>;

/** The project's key set, as everybody may fetch it. */
async function keySet() {
  return await (await fetch(`${stack.url}/auth/v1/.well-known/jwks.json`)).json();
}

/** A bundle about an agent of somebody's, frozen by an admin. */
async function frozen(sql: Sql) {
  const chief = await newcomer(sql, "admin");
  const owner = await person("owner");
  const things = await plant(sql, owner.id, missing());
  const draft = { kind: "agent", target: things.agentId, reason: "why" };
  const { body } = await expect(chief.ask("POST", "/admin/evidence", draft), 201);
  const { text } = await expect(chief.ask("GET", `/admin/evidence/${body.id}`), 200);
  return { chief, owner, things, evidence: body, text };
}

promise(
  "evidence holds what there was, signed, and whoever has the key set can verify it",
  async () => {
    await using sql = operator();
    const { chief, owner, things, evidence, text } = await frozen(sql);
    const { manifest, problems } = await verifyBundle(text, await keySet());
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [manifest?.id, manifest?.target, manifest?.frozen_by, manifest?.reason],
      [evidence.id, things.agentId, chief.id, "why"],
    );
    const { sections } = JSON.parse(text);
    const [agent] = JSON.parse(sections.agents);
    const [version] = JSON.parse(sections.agent_versions);
    const [run] = JSON.parse(sections.runs);
    assert.deepEqual([agent.owner_id, agent.name], [owner.id, things.agent]);
    assert.deepEqual([version.source, run.agent_name], ["export default () => 1;", things.agent]);
    assert.equal(JSON.parse(sections.run_events).length, 2);
    assert.deepEqual(JSON.parse(sections.audit_head), [manifest?.audit_head]);
    const taken = await chief.ask(
      "GET",
      `/admin/audit?action=evidence.downloaded&actor=${chief.id}`,
    );
    assert.equal(taken.body.data.length, 1);
  },
);

Deno.test("sections are kept to the byte, in less room than they take", async () => {
  const sections = {
    runs: `[${'{"a":"\\\\\\" é \\u0000 𝄞","n":1e400},'.repeat(5_000)}]`,
    none: "[]",
  };
  const packed = await pack(sections);
  assert.deepEqual(await unpack(packed), sections);
  assert.ok(packed.length < sections.runs.length / 10);
});

promise("evidence that was changed in any part does not verify", async () => {
  await using sql = operator();
  const { text } = await frozen(sql);
  const keys = await keySet();
  const bundle = JSON.parse(text);
  const { sections, manifest, signature } = bundle;
  const [head = "", payload = ""] = signature.split(".");
  const { privateKey: _, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const kid = keys.keys[0].kid;
  const foreign = { keys: [{ ...await exportJWK(publicKey), kid, alg: "ES256" }] };
  const changes: [unknown, RegExp, unknown?][] = [
    [{ ...bundle, sections: { ...sections, runs: "[]" } }, /section runs was changed/],
    [{ ...bundle, sections: { ...sections, runs: `${sections.runs} ` } }, /runs was changed/],
    [{ ...bundle, sections: { ...sections, more: "[]" } }, /section more was added/],
    [{ ...bundle, sections: { agents: sections.agents } }, /section runs is missing/],
    [{ ...bundle, manifest: { ...manifest, reason: "else" } }, /manifest is not the one/],
    [{ ...bundle, manifest: { ...manifest, note: "more" } }, /no evidence bundle/],
    [{ ...bundle, signature: `${head}.${payload}.${"A".repeat(86)}` }, /not the project's/],
    [{ ...bundle, signature: `${btoa('{"alg":"none"}')}.${payload}.` }, /not the project's/],
    [bundle, /not the project's/, foreign],
    ["nothing", /no evidence bundle/],
  ];
  for (const [changed, problem, other] of changes) {
    const found = await verifyBundle(JSON.stringify(changed), Object(other ?? keys));
    assert.match(found.problems.join("; "), problem);
  }
});

promise(
  "deno task evidence verifies a file against a file, and says what is wrong by its end",
  async () => {
    await using sql = operator();
    const { text } = await frozen(sql);
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${dir}/jwks.json`, JSON.stringify(await keySet()));
      const verify = async (bundle: string) => {
        await Deno.writeTextFile(`${dir}/bundle.json`, bundle);
        const args = ["run", "--no-lock", "--no-check", "--config", CONFIG, `--allow-read`];
        const { code } = await new Deno.Command(Deno.execPath(), {
          args: [...args, SCRIPT, `${dir}/bundle.json`, "--jwks", `${dir}/jwks.json`],
          stdout: "null",
          stderr: "null",
        }).output();
        return code;
      };
      assert.equal(await verify(text), 0);
      assert.equal(await verify(text.replace("why", "how")), 1);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

promise("a signature of evidence is nobody's token", async () => {
  await using sql = operator();
  const { chief, text } = await frozen(sql);
  const { signature: token } = JSON.parse(text);
  const bearer = as({ token, address: chief.address }, agents);
  await expect(bearer("GET", "/agents"), 401, "token_invalid");
  const headers = { apikey: stack.publishableKey, authorization: `Bearer ${token}` };
  const rest = await fetch(`${stack.url}/rest/v1/agents`, { headers });
  assert.ok(rest.status >= 400, await rest.text());
});

promise("no secret of a key is in the evidence about it", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const draft = { name: "leaked", scopes: ["agents:read"] };
  const { body: key } = await expect(chief.ask("POST", "/admin/keys", draft), 201);
  const about = { kind: "key", target: key.id, reason: "why" };
  const { body } = await expect(chief.ask("POST", "/admin/evidence", about), 201);
  const { text } = await expect(chief.ask("GET", `/admin/evidence/${body.id}`), 200);
  const [row] = await sql`
    select encode(s.secret_hash, 'hex') as hash from app.api_key_secrets as s
    join public.api_keys as k on k.id = s.key_id where k.public_id = ${key.public_id}`;
  assert.ok(text.includes(key.public_id));
  assert.ok(!text.includes(key.secret.slice(-49, -6)) && !text.includes(row?.hash));
});

promise("evidence about an id that only Postgres takes for one is read again, too", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const target = `agent_${"0".repeat(31)}1`;
  const about = { kind: "agent", target, reason: "why" };
  const { body } = await expect(chief.ask("POST", "/admin/evidence", about), 201);
  assert.equal(body.target, target);
  await expect(chief.ask("GET", `/admin/evidence/${body.id}`), 200);
});

promise("evidence is frozen over a stretch of time that is one, and never changed", async () => {
  await using sql = operator();
  const { chief, things, evidence } = await frozen(sql);
  const draft = { kind: "agent", target: things.agentId, reason: "why" };
  const day = "2026-01-01T00:00:00Z";
  const refused = [
    { ...draft, since: day, until: day },
    { ...draft, since: "2199-01-01T00:00:00Z" },
    { ...draft, since: "soon" },
    { ...draft, kind: "everything" },
    { ...draft, reason: undefined },
  ];
  for (const body of refused) {
    await expect(chief.ask("POST", "/admin/evidence", body), 400, "invalid_request");
  }
  await assert.rejects(sql`update public.evidence set reason = 'else'`.execute(), {
    code: "42501",
  });
  await assert.rejects(sql`delete from public.evidence`.execute(), { code: "42501" });
  const { body } = await chief.ask("GET", "/admin/evidence?limit=100&kind=agent");
  assert.ok(body.data.some(({ id }: { id: string }) => id === evidence.id));
});

promise(
  "without a signing key there are no API keys and no evidence, and a code says so",
  async () => {
    await using sql = operator();
    const chief = await newcomer(sql, "admin");
    const { CLOISTER_SIGNING_KEY: _, ...vars } = Deno.env.toObject();
    const env = readEnv(vars);
    const host = createHost(() => Promise.resolve({ engine: quickJs }));
    const platform = createPlatform("admin", env);
    const ask = as(
      chief,
      createApp("admin", platform, createAdmin(host, env.jwtIssuer, createVault(env.secrets))),
    );
    const draft = { name: "k", scopes: ["agents:read"] };
    await expect(ask("POST", "/admin/keys", draft), 501, "api_keys_unavailable");
    const about = { kind: "everything", reason: "why" };
    await expect(ask("POST", "/admin/evidence", about), 501, "signing_key_missing");
    assert.deepEqual((await ask("GET", "/admin/keys")).body.data, []);
  },
);
