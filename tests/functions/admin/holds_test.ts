import assert from "@std/assert";
import { agentOf, filesOf, kept, told } from "../agents/files_rig.ts";
import { as, expect, newcomer, operator, plantKey, promise } from "./rig.ts";

const NEVER = "00000000-0000-0000-0000-000000000000";

promise("a hold is made, found, and released once, and both are in the audit log", async () => {
  await using sql = operator();
  const { id: chief, ask } = await newcomer(sql, "admin");
  const { id: user } = await newcomer(sql, "user");
  const draft = { kind: "user", target: user, reason: "a letter from the court" };
  const made = await expect(ask("POST", "/admin/holds", draft), 201);
  const { id, created_at: _, ...rest } = made.body;
  const open = { released_by: null, released_at: null, note: null };
  assert.deepEqual(rest, { ...draft, created_by: chief, ...open });
  await expect(ask("POST", "/admin/holds", draft), 409, "already_held");
  const listed = await expect(ask("GET", "/admin/holds?state=active&kind=user&limit=100"), 200);
  assert.ok(listed.body.data.some((hold: { id: string }) => hold.id === id));
  const over = await expect(ask("POST", `/admin/holds/${id}/release`, { note: "it is over" }), 200);
  assert.deepEqual([over.body.released_by, over.body.note], [chief, "it is over"]);
  await expect(ask("POST", `/admin/holds/${id}/release`, {}), 409, "not_held");
  const entries = await sql`
    select action from public.audit_log where actor_id = ${chief} and action like 'hold.%' order by seq
  `;
  assert.deepEqual([...entries], [{ action: "hold.created" }, { action: "hold.released" }]);
});

promise(
  "a held agent is spelled as agents are, and cannot be deleted until it is released",
  async () => {
    await using sql = operator();
    const { ask } = await newcomer(sql, "admin");
    const owner = await newcomer(sql, "user");
    const created = await owner.call("POST", "/agents", {
      body: { name: "held", source: "export default () => 1" },
    });
    const { id: agent } = await created.json();
    const draft = { kind: "agent", target: agent, reason: "evidence" };
    const made = await expect(ask("POST", "/admin/holds", draft), 201);
    assert.equal(made.body.target, agent);
    const refused = await owner.call("DELETE", "/agents/held");
    assert.deepEqual([refused.status, (await refused.json()).code], [409, "held"]);
    await expect(ask("POST", `/admin/holds/${made.body.id}/release`, {}), 200);
    const deleted = await owner.call("DELETE", "/agents/held");
    await deleted.body?.cancel();
    assert.equal(deleted.status, 204);
  },
);

promise("an incident is an alert, and nothing is held that is not there", async () => {
  await using sql = operator();
  const { id: user, ask } = await newcomer(sql, "admin");
  const alert = crypto.randomUUID();
  await sql`
    insert into public.alerts (id, rule, type, subject, count, threshold, window_s, first_at, at)
    values (${alert}, 'anomaly', 'anomaly', ${user}, 1, 1, 3600, now(), now())`;
  const target = `alert_${alert.replaceAll("-", "")}`;
  const made = await expect(
    ask("POST", "/admin/holds", { kind: "incident", target, reason: "to be looked into" }),
    201,
  );
  assert.equal(made.body.target, target);
  await expect(ask("POST", `/admin/holds/${made.body.id}/release`, {}), 200);
  const missing = {
    user: NEVER,
    agent: `agent_${NEVER.replaceAll("-", "")}`,
    incident: `alert_${NEVER.replaceAll("-", "")}`,
  };
  for (const [kind, target] of Object.entries(missing)) {
    await expect(ask("POST", "/admin/holds", { kind, target, reason: "x" }), 404, "not_found");
  }
  for (
    const body of [
      { kind: "everything", target: null, reason: "x" },
      { kind: "user", target: "everybody", reason: "x" },
      { kind: "user", target: user, reason: "" },
      { kind: "agent", target: user, reason: "x" },
    ]
  ) {
    await expect(ask("POST", "/admin/holds", body), 400, "invalid_request");
  }
});

promise("nobody but an administrator sees, makes or ends a hold", async () => {
  await using sql = operator();
  const { id: user, ask } = await newcomer(sql, "streamer");
  await expect(ask("GET", "/admin/holds"), 403, "forbidden");
  await expect(
    ask("POST", "/admin/holds", { kind: "user", target: user, reason: "mine" }),
    403,
    "forbidden",
  );
  const id = `hold_${NEVER.replaceAll("-", "")}`;
  await expect(ask("POST", `/admin/holds/${id}/release`, {}), 403, "forbidden");
});

promise("a file of a held agent is neither replaced nor removed", async () => {
  await using sql = operator();
  const { ask } = await newcomer(sql, "admin");
  const owner = await newcomer(sql, "user");
  const agent = await agentOf(owner);
  const files = filesOf(owner, agent);
  await kept(await files("PUT", "/a.txt", { body: "a" }));
  const [row] = await sql`select id from public.agents where owner_id = ${owner.id}`;
  const target = `agent_${String(row?.["id"]).replaceAll("-", "")}`;
  const draft = { kind: "agent", target, reason: "evidence" };
  const made = await expect(ask("POST", "/admin/holds", draft), 201);
  assert.equal(await told(await files("PUT", "/a.txt", { body: "b" })), "409 held");
  assert.equal(await told(await files("DELETE", "/a.txt")), "409 held");
  await kept(await files("PUT", "/b.txt", { body: "b" }));
  await expect(ask("POST", `/admin/holds/${made.body.id}/release`, {}), 200);
  await kept(await files("PUT", "/a.txt", { body: "b" }));
});

promise("a key of an administrator neither makes nor ends a hold", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { id: user } = await newcomer(sql, "user");
  const draft = { kind: "user", target: user, reason: "a letter from the court" };
  const { body: { id } } = await expect(chief.ask("POST", "/admin/holds", draft), 201);
  const { key } = await plantKey(sql, chief.id, ["admin"]);
  const ask = as({ ...chief, token: key });
  await expect(ask("GET", "/admin/holds"), 200);
  await expect(ask("POST", `/admin/holds/${id}/release`, {}), 403, "forbidden");
  await expect(ask("DELETE", `/admin/users/${user}`), 403, "forbidden");
  await expect(chief.ask("POST", `/admin/holds/${id}/release`, {}), 200);
  await expect(ask("POST", "/admin/holds", draft), 403, "forbidden");
});
