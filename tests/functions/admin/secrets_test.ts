import assert from "@std/assert";
import * as z from "zod";
import agents from "../../../supabase/functions/agents/index.ts";
import { person } from "../../stack.ts";
import { uuidOf } from "../matrix/cast.ts";
import { as, expect, newcomer, operator, plantKey, promise } from "./rig.ts";

const VALUE = "sk-live-never-to-be-seen-again";
const DRAFT = { name: "API_KEY", value: VALUE, hosts: ["api.example.com"] };
const SOURCE = "export default () => 1;";

promise("no answer about a secret has its value", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const created = await expect(ann.ask("POST", "/admin/secrets", DRAFT), 201);
  const { id, created_at, updated_at, ...rest } = created.body;
  assert.deepEqual(rest, {
    name: "API_KEY",
    agent: null,
    agent_id: null,
    hosts: ["api.example.com"],
    version: 1,
    expires_at: null,
    last_used_at: null,
  });
  assert.equal(created_at, updated_at);
  assert.equal(created.headers.get("location"), `/functions/v1/admin/secrets/${id}`);
  const path = `/admin/secrets/${id}`;
  const answers = [
    created,
    await expect(ann.ask("GET", path), 200),
    await expect(ann.ask("GET", "/admin/secrets"), 200),
    await expect(ann.ask("PUT", path, { value: `${VALUE}-2` }), 200),
    await expect(ann.ask("POST", "/admin/secrets", DRAFT), 409, "secret_taken"),
    await expect(ann.ask("DELETE", path), 204),
    await expect(ann.ask("PUT", path, { value: `${VALUE}-3` }), 404, "not_found"),
  ];
  for (const { text } of answers) assert.ok(!text.includes(VALUE), text);
  assert.deepEqual((await ann.ask("GET", "/admin/secrets")).body.data, []);
});

promise("the value that is refused is not in the refusal", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const wrong: Record<string, unknown>[] = [
    { value: `${VALUE}\n` },
    { value: ` ${VALUE}` },
    { value: `${VALUE} ` },
    { value: `${VALUE}\r\nx-evil: 1` },
    { value: `${VALUE}\u0000` },
    { value: `${VALUE}é` },
    { value: VALUE.repeat(200) },
    { value: { text: VALUE } },
    { value: [VALUE] },
    { hosts: [`${VALUE}.example.com/`] },
    { hosts: ["**"] },
    { hosts: ["*.com"] },
    { hosts: ["api.example.com", "**"] },
    { hosts: ["https://api.example.com"] },
    { hosts: ["10.0.0.1"] },
    { hosts: [] },
    { hosts: Array.from({ length: 11 }, (_, at) => `h${at}.example.com`) },
    { name: "lower" },
    { name: "" },
    { agent: "../x" },
    { expires_at: "2020-01-01T00:00:00Z" },
    { owner_id: crypto.randomUUID() },
    { [VALUE]: 1 },
  ];
  for (const part of wrong) {
    const answer = await expect(
      ann.ask("POST", "/admin/secrets", { ...DRAFT, ...part }),
      400,
      "invalid_request",
    );
    if (!Object.hasOwn(part, VALUE)) assert.ok(!answer.text.includes(VALUE), answer.text);
  }
  await expect(
    ann.ask("POST", "/admin/secrets", { ...DRAFT, value: "short" }),
    400,
    "invalid_request",
  );
  const body = { ...DRAFT, agent: "missing" };
  await expect(ann.ask("POST", "/admin/secrets", body), 404, "not_found");
  assert.deepEqual((await ann.ask("GET", "/admin/secrets")).body.data, []);
});

promise("no value is kept around the functions, whatever key it names", async () => {
  await using sql = operator();
  const ann = await person("ann");
  const { body: { id } } = await expect(as(ann)("POST", "/admin/secrets", DRAFT), 201);
  const { data } = await ann.supabase.rpc("draft_secret");
  const ids = [crypto.randomUUID(), z.object({ id: z.string() }).parse(data).id];
  const locked = (kid: string) => ({ hosts: DRAFT.hosts, kid, sealed: "made up" });
  for (const kid of ["vault", "zz-old", "local"]) {
    for (const secret_id of ids) {
      const made = await ann.supabase.rpc("create_secret", {
        ...{ secret_id, name: "AROUND" },
        ...locked(kid),
      });
      assert.deepEqual([made.error?.code, made.error?.message], ["PT403", "forbidden"]);
    }
    const change = { secret_id: uuidOf(id), version: 2, ...locked(kid) };
    const changed = await ann.supabase.rpc("replace_secret", change);
    assert.deepEqual([changed.error?.code, changed.error?.message], ["PT403", "forbidden"]);
  }
  const kept = await sql`
    select v.kid from app.secret_values as v join public.secrets as s on s.id = v.secret_id
    where s.owner_id = ${ann.id}`;
  assert.deepEqual(kept.map(({ kid }) => kid), ["local"]);
});

promise("hosts and expiry change with the value, and never without it", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const expires_at = "2199-01-01T00:00:00.000Z";
  const { body: { id } } = await expect(
    ann.ask("POST", "/admin/secrets", { ...DRAFT, expires_at }),
    201,
  );
  const path = `/admin/secrets/${id}`;
  const hosts = ["evil.example.com"];
  for (const body of [{ hosts }, { expires_at: null }, {}, { value: null, hosts }]) {
    await expect(ann.ask("PUT", path, body), 400, "invalid_request");
  }
  await expect(ann.ask("PATCH", path, { hosts }), 405, "method_not_allowed");
  const kept = (await expect(ann.ask("PUT", path, { value: "the next value" }), 200)).body;
  assert.deepEqual([kept.version, kept.hosts, kept.expires_at], [2, DRAFT.hosts, expires_at]);
  const change = { value: "the last value", hosts, expires_at: null };
  const moved = (await expect(ann.ask("PUT", path, change), 200)).body;
  assert.deepEqual([moved.version, moved.hosts, moved.expires_at], [3, hosts, null]);
});

promise("two who change a secret at once do not undo each other unseen", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const { body: { id } } = await expect(ann.ask("POST", "/admin/secrets", DRAFT), 201);
  const changes = Array.from({ length: 8 }, (_, at) => {
    return ann.ask("PUT", `/admin/secrets/${id}`, { value: `value number ${at}` });
  });
  const answers = await Promise.all(changes);
  const done = answers.filter(({ status }) => status === 200);
  assert.ok(answers.every(({ code }) => [undefined, "secret_changed"].includes(code)));
  assert.deepEqual(
    done.map(({ body }) => body.version).toSorted(),
    done.map((_, at) => at + 2),
  );
});

promise("a secret of one agent is its own, and goes with it", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const own = as(ann, agents);
  const { body: agent } = await expect(
    own("POST", "/agents", { name: "one", source: SOURCE }),
    201,
  );
  const made = await expect(ann.ask("POST", "/admin/secrets", { ...DRAFT, agent: "one" }), 201);
  assert.deepEqual([made.body.agent, made.body.agent_id], ["one", agent.id]);
  await expect(ann.ask("POST", "/admin/secrets", DRAFT), 201);
  await expect(own("PATCH", "/agents/one", { name: "renamed" }), 200);
  const { body } = await ann.ask("GET", `/admin/secrets/${made.body.id}`);
  assert.equal(body.agent, "renamed");
  await expect(own("DELETE", "/agents/renamed"), 204);
  await expect(ann.ask("GET", `/admin/secrets/${made.body.id}`), 404, "not_found");
  assert.equal((await ann.ask("GET", "/admin/secrets")).body.data.length, 1);
  const [left] = await sql`
    select from app.secret_values where secret_id = ${uuidOf(made.body.id)}`;
  assert.equal(left, undefined);
});

promise("a key of one agent makes secrets for that agent alone, and sees no other", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const own = as(ann, agents);
  const { body: { id } } = await expect(
    own("POST", "/agents", { name: "one", source: SOURCE }),
    201,
  );
  await expect(own("POST", "/agents", { name: "two", source: SOURCE }), 201);
  await expect(ann.ask("POST", "/admin/secrets", DRAFT), 201);
  const { key } = await plantKey(sql, ann.id, ["secrets:manage"], uuidOf(id));
  const one = as({ token: key, address: ann.address });
  await expect(one("POST", "/admin/secrets", DRAFT), 403, "forbidden");
  await expect(one("POST", "/admin/secrets", { ...DRAFT, agent: "two" }), 404, "not_found");
  const { body } = await expect(one("POST", "/admin/secrets", { ...DRAFT, agent: "one" }), 201);
  // It may not read agents, so it is told the id alone.
  assert.deepEqual([body.agent, body.agent_id], [null, id]);
  const { body: { data } } = await expect(one("GET", "/admin/secrets"), 200);
  assert.deepEqual(data.map((secret: { id: string }) => secret.id), [body.id]);
});

promise("a user has no more secrets than the operator allows", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  await sql`
    insert into public.secrets (id, owner_id, name, hosts)
    select gen_random_uuid(), ${ann.id}, 'S' || n, array['api.example.com']
    from generate_series(1, 199) as n`;
  const drafts = Array.from({ length: 5 }, (_, at) => ({ ...DRAFT, name: `NEW_${at}` }));
  const answers = await Promise.all(drafts.map((body) => ann.ask("POST", "/admin/secrets", body)));
  assert.deepEqual(answers.map(({ code }) => code ?? "").toSorted(), [
    "",
    ...Array.from({ length: 4 }, () => "too_many_secrets"),
  ]);
  const page = (await expect(ann.ask("GET", "/admin/secrets?limit=100"), 200)).body;
  const cursor = encodeURIComponent(page.next_cursor);
  const next = await expect(ann.ask("GET", `/admin/secrets?limit=100&cursor=${cursor}`), 200);
  assert.deepEqual([next.body.data.length, next.body.next_cursor], [100, null]);
  await expect(ann.ask("GET", `/admin/keys?cursor=${cursor}`), 400, "invalid_cursor");
});
