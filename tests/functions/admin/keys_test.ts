import assert from "@std/assert";
import agents from "../../../supabase/functions/agents/index.ts";
import { as, expect, newcomer, operator, plantKey, promise } from "./rig.ts";

const YEAR_MS = 365 * 86_400_000;
const SOURCE = "export default () => 1;";

promise("POST /admin/keys shows a key's secret once, and nothing shows it again", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const draft = { name: "laptop", scopes: ["agents:read", "agents:write"] };
  const created = await expect(ann.ask("POST", "/admin/keys", draft), 201);
  const { secret, ...key } = created.body;
  assert.match(secret, /^ck_test_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/);
  assert.equal(created.headers.get("location"), `/functions/v1/admin/keys/${key.id}`);
  assert.ok(secret.includes(key.public_id));
  assert.deepEqual((await ann.ask("GET", `/admin/keys/${key.id}`)).body, key);
  const list = await ann.ask("GET", "/admin/keys");
  assert.deepEqual(list.body.data, [key]);
  const secretPart = secret.slice(-49, -6);
  for (const table of ["public.api_keys", "app.api_key_secrets", "public.audit_log"]) {
    const rows = await sql.unsafe(
      `select * from ${table} as t where t::text like '%' || $1 || '%'`,
      [
        secretPart,
      ],
    );
    assert.equal(rows.length, 0, table);
  }
  const [entry] = await sql`
    select action, details from public.audit_log
    where actor_id = ${ann.id} and action = 'key.created'`;
  assert.ok(entry);
});

promise("an API key does what it was made for, as its owner, and no more", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const draft = { name: "ci", scopes: ["agents:read"] };
  const { body: { secret, id } } = await expect(ann.ask("POST", "/admin/keys", draft), 201);
  const ci = as({ token: secret, address: ann.address }, agents);
  await expect(ci("GET", "/agents"), 200);
  await expect(ci("POST", "/agents", { name: "x", source: SOURCE }), 403, "forbidden");
  assert.ok((await ann.ask("GET", `/admin/keys/${id}`)).body.last_used_at);
  const manage = as({ token: secret, address: ann.address });
  await expect(manage("GET", "/admin/keys"), 403, "forbidden");
  await expect(manage("DELETE", `/admin/keys/${id}`), 403, "forbidden");
});

promise("a key for one agent sees that agent and no other", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const own = as(ann, agents);
  for (const name of ["one", "two"]) {
    await expect(own("POST", "/agents", { name, source: SOURCE }), 201);
  }
  const draft = { name: "for one", scopes: ["agents:read", "agents:write"], agent: "one" };
  const { body: { secret, agent } } = await expect(ann.ask("POST", "/admin/keys", draft), 201);
  assert.equal(agent, "one");
  const one = as({ token: secret, address: ann.address }, agents);
  const { body: { data } } = await expect(one("GET", "/agents"), 200);
  assert.deepEqual(data.map(({ name }: { name: string }) => name), ["one"]);
  const hidden = await one("GET", "/agents/two", undefined, { "x-request-id": "r" });
  const gone = await one("GET", "/agents/three", undefined, { "x-request-id": "r" });
  assert.deepEqual([hidden.status, hidden.text], [404, gone.text]);
  await expect(one("PATCH", "/agents/two", { description: "x" }), 404, "not_found");
});

promise("a rotated key overlaps with the one it replaces, and has what that had", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const draft = { name: "old", scopes: ["agents:read"] };
  const { body: old } = await expect(ann.ask("POST", "/admin/keys", draft), 201);
  const rotate = `/admin/keys/${old.id}/rotate`;
  const { body: next } = await expect(ann.ask("POST", rotate, { overlap_s: 60 }), 201);
  assert.deepEqual(
    [next.replaces, next.name, next.scopes, next.secret === old.secret],
    [old.id, "old", ["agents:read"], false],
  );
  for (const { secret } of [old, next]) {
    await expect(as({ token: secret, address: ann.address }, agents)("GET", "/agents"), 200);
  }
  const { body: { expires_at } } = await ann.ask("GET", `/admin/keys/${old.id}`);
  assert.ok(Math.abs(Date.parse(expires_at) - Date.now() - 60_000) < 30_000, expires_at);
  const { body: last } = await expect(
    ann.ask("POST", `/admin/keys/${next.id}/rotate`, { overlap_s: 0 }),
    201,
  );
  await expect(ann.ask("POST", `/admin/keys/${next.id}/rotate`, {}), 404, "not_found");
  assert.equal(last.replaces, next.id);
});

promise("a revoked key stays revoked, and cannot be rotated back", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const draft = { name: "lost", scopes: ["agents:read"] };
  const { body: { id, secret } } = await expect(ann.ask("POST", "/admin/keys", draft), 201);
  const { body: { revoked_at } } = await expect(ann.ask("DELETE", `/admin/keys/${id}`), 200);
  assert.ok(revoked_at);
  assert.equal((await ann.ask("DELETE", `/admin/keys/${id}`)).body.revoked_at, revoked_at);
  await expect(ann.ask("POST", `/admin/keys/${id}/rotate`, {}), 404, "not_found");
  const lost = as({ token: secret, address: ann.address }, agents);
  await expect(lost("GET", "/agents"), 401, "key_revoked");
});

promise("no key is made with more than its maker has, or for longer than a year", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  const draft = { name: "greedy", scopes: ["agents:read"] };
  const refused: [unknown, number, string][] = [
    [{ ...draft, scopes: ["agents:read", "admin"] }, 403, "forbidden"],
    [{ ...draft, scopes: ["agents:stream"] }, 403, "forbidden"],
    [{ ...draft, scopes: ["keys:manage"] }, 400, "invalid_request"],
    [{ ...draft, scopes: [] }, 400, "invalid_request"],
    [{ ...draft, scopes: ["everything"] }, 400, "invalid_request"],
    [{ ...draft, agent: "missing" }, 404, "not_found"],
    [{ ...draft, agent: "../x" }, 400, "invalid_request"],
    [{ ...draft, expires_at: "2020-01-01T00:00:00Z" }, 400, "invalid_request"],
    [
      { ...draft, expires_at: new Date(Date.now() + YEAR_MS + 3 * 86_400_000).toISOString() },
      400,
      "invalid_request",
    ],
    [{ ...draft, expires_at: "0000-01-01T00:00:00Z" }, 400, "invalid_request"],
    [{ ...draft, expires_at: "infinity" }, 400, "invalid_request"],
    [{ ...draft, name: "" }, 400, "invalid_request"],
    [{ ...draft, name: "two\nlines" }, 400, "invalid_request"],
    [{ ...draft, name: "nul\0" }, 400, "invalid_request"],
    [{ ...draft, name: "x".repeat(101) }, 400, "invalid_request"],
    [{ ...draft, owner_id: crypto.randomUUID() }, 400, "invalid_request"],
    [{ ...draft, secret_hash: "0".repeat(64) }, 400, "invalid_request"],
  ];
  for (const [body, status, code] of refused) {
    await expect(ann.ask("POST", "/admin/keys", body), status, code);
  }
  assert.deepEqual((await ann.ask("GET", "/admin/keys")).body.data, []);
});

promise("a user has no more live keys than the operator allows", async () => {
  await using sql = operator();
  const ann = await newcomer(sql, "user");
  for (let keys = 0; keys < 50; keys++) await plantKey(sql, ann.id, ["agents:read"]);
  const draft = { name: "one more", scopes: ["agents:read"] };
  await expect(ann.ask("POST", "/admin/keys", draft), 409, "too_many_keys");
  await sql`
    update public.api_keys set revoked_at = now()
    where id = (select id from public.api_keys where owner_id = ${ann.id} limit 1)`;
  await expect(ann.ask("POST", "/admin/keys", draft), 201);
});

promise(
  "GET /admin/keys pages, and its cursors are good for nobody else and nothing else",
  async () => {
    await using sql = operator();
    const ann = await newcomer(sql, "admin");
    const bob = await newcomer(sql, "admin");
    for (let keys = 0; keys < 3; keys++) await plantKey(sql, ann.id, ["agents:read"]);
    const first = (await expect(ann.ask("GET", "/admin/keys?limit=2"), 200)).body;
    const cursor = encodeURIComponent(first.next_cursor);
    const rest = (await expect(ann.ask("GET", `/admin/keys?limit=2&cursor=${cursor}`), 200)).body;
    assert.deepEqual([first.data.length, rest.data.length, rest.next_cursor], [2, 1, null]);
    await expect(bob.ask("GET", `/admin/keys?cursor=${cursor}`), 400, "invalid_cursor");
    for (const list of ["users", "audit", "events", "alerts", "quarantines", "evidence"]) {
      await expect(ann.ask("GET", `/admin/${list}?cursor=${cursor}`), 400, "invalid_cursor");
    }
  },
);
