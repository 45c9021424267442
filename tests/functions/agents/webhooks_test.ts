import assert from "@std/assert";
import agents from "../../../supabase/functions/agents/index.ts";
import { as, expect, newcomer, operator, plantKey, promise } from "../admin/rig.ts";

const SOURCE = "export default () => 1;";
const URL_ = "https://hooks.example.com/told?token=of-the-owner";

/** What keys make, and what of. */
const MADE: readonly (readonly [kind: string, body: Record<string, unknown>])[] = [
  ["hooks", {}],
  ["webhooks", { url: URL_ }],
  ["schedules", { name: "nightly", cron: "0 3 * * *" }],
];

/** Somebody with an agent named `told`. */
async function owner(sql: ReturnType<typeof operator>) {
  const { id, token, address } = await newcomer(sql, "user");
  const ask = as({ token, address }, agents);
  await expect(ask("POST", "/agents", { name: "told", source: SOURCE }), 201);
  return { id, address, ask };
}

/** Every text that the database keeps of somebody, but of Auth. */
async function keptOf(sql: ReturnType<typeof operator>, ownerId: string): Promise<string> {
  const rows = await sql`
    select to_jsonb(h)::text as text from public.hooks as h where owner_id = ${ownerId}
    union all select to_jsonb(w)::text from public.webhooks as w where owner_id = ${ownerId}
    union all select to_jsonb(g)::text from app.signing_secrets as g where owner_id = ${ownerId}
    union all select to_jsonb(a)::text from public.audit_log as a where actor_id = ${ownerId}`;
  return rows.map(({ text }) => String(text)).join("\n");
}

for (const kind of ["hooks", "webhooks"] as const) {
  promise(`the secret of ${kind} is answered once, to who made it, and nowhere kept`, async () => {
    await using sql = operator();
    const { id, ask } = await owner(sql);
    const path = `/agents/told/${kind}`;
    const body = kind === "hooks" ? {} : { url: URL_ };
    const made = await expect(ask("POST", path, body), 201);
    const first: string = made.body.secret;
    assert.match(first, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const one = `${path}/${made.body.id}`;
    assert.equal(made.headers.get("location"), `/functions/v1${one}`);
    const rotated = await expect(ask("POST", `${one}/rotate`, {}), 200);
    const second: string = rotated.body.secret;
    assert.notEqual(first, second);
    const answers = [
      await expect(ask("GET", path), 200),
      await expect(ask("GET", one), 200),
      await expect(ask("PATCH", one, { enabled: false }), 200),
      await expect(ask("PATCH", one, { secret: first }), 400, "invalid_request"),
      await expect(ask("GET", `/agents/told`), 200),
      await expect(ask("DELETE", one), 204),
      await expect(ask("GET", one), 404, "not_found"),
    ];
    const kept = await keptOf(sql, id);
    assert.match(kept, /rotated/);
    for (const text of [...answers.map(({ text }) => text), kept]) {
      for (const secret of [first, second]) assert.ok(!text.includes(secret.slice(6)), text);
    }
  });
}

promise(
  "a webhook leads to an https address of the Internet, and is refused at once if not",
  async () => {
    await using sql = operator();
    const { ask } = await owner(sql);
    const inside = [
      ...["http://hooks.example.com/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/"],
      ...["https://169.254.169.254/latest/meta-data/", "https://localhost/", "https://redis/"],
      ...["https://2130706433/", "https://0x7f.1/", "ftp://hooks.example.com/", "javascript:1"],
      ...["https://user:password@hooks.example.com/", "//hooks.example.com", "", "https://"],
    ];
    for (const url of inside) {
      await expect(ask("POST", "/agents/told/webhooks", { url }), 400, "invalid_request");
    }
    const { body } = await expect(ask("POST", "/agents/told/webhooks", { url: URL_ }), 201);
    const one = `/agents/told/webhooks/${body.id}`;
    await expect(ask("PATCH", one, { url: "https://127.0.0.1/" }), 400, "invalid_request");
    await expect(ask("PATCH", one, { statuses: ["running"] }), 400, "invalid_request");
    const changed = await expect(ask("PATCH", one, { statuses: ["failed"] }), 200);
    assert.deepEqual([changed.body.url, changed.body.statuses], [URL_, ["failed"]]);
  },
);

promise("what a key made ends with it, and what it changed, too", async () => {
  await using sql = operator();
  const { id, address, ask } = await owner(sql);
  const scopes = ["agents:read", "agents:write", "agents:execute"];
  const { key, id: keyId } = await plantKey(sql, id, scopes);
  const byKey = as({ token: key, address }, agents);
  const wire = `key_${keyId.replaceAll("-", "")}`;
  const made = await expect(byKey("POST", "/agents/told/hooks", {}), 201);
  assert.equal(made.body.made_by, wire);
  const own = await expect(ask("POST", "/agents/told/hooks", {}), 201);
  assert.equal(own.body.made_by, null);
  const path = `/agents/told/hooks/${own.body.id}`;
  const taken = await expect(byKey("PATCH", path, { description: "mine" }), 200);
  assert.equal(taken.body.made_by, wire);
  const back = await expect(ask("POST", `${path}/rotate`, {}), 200);
  assert.equal(back.body.made_by, null);
});

promise("no key brings back what a revoked one made", async () => {
  await using sql = operator();
  const { id, address, ask } = await owner(sql);
  const scopes = ["agents:read", "agents:write", "agents:execute"];
  const keys = [await plantKey(sql, id, scopes), await plantKey(sql, id, scopes)];
  const [byFirst, bySecond] = keys.map(({ key }) => as({ token: key, address }, agents));
  assert.ok(byFirst && bySecond);
  const made = [];
  for (const [kind, body] of MADE) {
    const answer = await expect(byFirst("POST", `/agents/told/${kind}`, body), 201);
    made.push([kind, `/agents/told/${kind}/${answer.body.name ?? answer.body.id}`] as const);
  }
  await sql`update public.api_keys set revoked_at = now() where id = ${keys[0]?.id ?? null}`;
  for (const [kind, path] of made) {
    const change = bySecond("PATCH", path, { enabled: true });
    const { body } = await expect(change, 409, "made_by_other_key");
    assert.match(body.detail, /Another API key made this/);
    const other = await expect(ask("PATCH", path, { enabled: true }), 200);
    if (kind === "schedules") continue;
    assert.equal(other.body.made_by, `key_${keys[0]?.id.replaceAll("-", "")}`);
    await expect(bySecond("POST", `${path}/rotate`, {}), 409, "made_by_other_key");
    const back = await expect(ask("POST", `${path}/rotate`, {}), 200);
    assert.equal(back.body.made_by, null);
  }
  for (const [, path] of made) await expect(bySecond("DELETE", path), 204);
});

promise(
  "a run that ended is in the log of deliveries, page by page, and can be told again",
  async () => {
    await using sql = operator();
    const { id: ownerId, ask } = await owner(sql);
    const { body } = await expect(ask("POST", "/agents/told/webhooks", { url: URL_ }), 201);
    const one = `/agents/told/webhooks/${body.id}`;
    await sql`
    insert into public.webhook_deliveries (webhook_id, owner_id, agent_id, run_id, run_status,
      attempt, gave_up_at, last_error)
    select w.id, w.owner_id, w.agent_id, app.uuid7(), 'failed', 8, now(), 'timed_out'
    from public.webhooks as w, generate_series(1, 3) where w.owner_id = ${ownerId}`;
    const first = await expect(ask("GET", `${one}/deliveries?limit=2`), 200);
    const rest = await expect(
      ask("GET", `${one}/deliveries?cursor=${first.body.next_cursor}`),
      200,
    );
    assert.deepEqual([first.body.data.length, rest.body.data.length], [2, 1]);
    const [delivery] = first.body.data;
    assert.deepEqual([delivery.state, delivery.attempts, delivery.last_error], [
      "gave_up",
      8,
      "timed_out",
    ]);
    await expect(ask("PATCH", one, { enabled: false }), 200);
    const again = `${one}/deliveries/${delivery.id}/redeliver`;
    await expect(ask("POST", again), 409, "webhook_disabled");
    await expect(ask("PATCH", one, { enabled: true }), 200);
    const told = await expect(ask("POST", again), 202);
    assert.deepEqual([told.body.id, told.body.state], [delivery.id, "waiting"]);
  },
);

promise("a secret that a sender gave is kept, and must be one of its kind", async () => {
  await using sql = operator();
  const { ask } = await owner(sql);
  const make = (body: Record<string, unknown>) => ask("POST", "/agents/told/hooks", body);
  await expect(make({ secret: "not a standard one" }), 400, "invalid_request");
  await expect(make({ kind: "github", secret: "short" }), 400, "invalid_request");
  const secret = "shared with github";
  const { body } = await expect(make({ kind: "github", secret }), 201);
  assert.equal(body.secret, secret);
  const { body: standard } = await expect(make({}), 201);
  const path = `/agents/told/hooks/${standard.id}/rotate`;
  const refused = await expect(ask("POST", path, { secret }), 400, "invalid_request");
  assert.ok(!refused.text.includes(secret));
});
