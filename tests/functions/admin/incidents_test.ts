import assert from "@std/assert";
import { prefixedId, uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { EventType } from "../../../supabase/functions/_shared/watch/schema.ts";
import { newAddress, person } from "../../stack.ts";
import { missing, plant, plantShared } from "../matrix/cast.ts";
import { expect, newcomer, operator, promise } from "./rig.ts";

promise("a quarantine names what there is, once, and is released once", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const things = await plant(sql, (await person("owner")).id, missing());
  const draft = { kind: "agent", target: things.agentId, reason: "why" };
  const { body: { id } } = await expect(chief.ask("POST", "/admin/quarantines", draft), 201);
  await expect(chief.ask("POST", "/admin/quarantines", draft), 409, "already_quarantined");
  const release = `/admin/quarantines/${id}/release`;
  const { body } = await expect(chief.ask("POST", release, { note: "fine" }), 200);
  assert.deepEqual([body.released_by, body.note], [chief.id, "fine"]);
  await expect(chief.ask("POST", release, {}), 409, "not_quarantined");
  const active = await chief.ask("GET", "/admin/quarantines?state=active&kind=agent&limit=100");
  assert.ok(active.body.data.every((it: { id: string }) => it.id !== id));
});

promise("a quarantine of what is not there, or is not one thing, is refused", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { agentId, key, user } = missing();
  const reason = "why";
  const refused: [unknown, number, string][] = [
    [{ kind: "agent", target: agentId, reason }, 404, "not_found"],
    [{ kind: "key", target: key, reason }, 404, "not_found"],
    [{ kind: "user", target: user, reason }, 404, "not_found"],
    [{ kind: "agent", target: key, reason }, 400, "invalid_request"],
    [{ kind: "agent", reason }, 400, "invalid_request"],
    [{ kind: "everything", target: user, reason }, 400, "invalid_request"],
    [{ kind: "role", target: user, reason }, 400, "invalid_request"],
    [{ kind: "user", target: user }, 400, "invalid_request"],
    [{ kind: "user", target: user, reason: "" }, 400, "invalid_request"],
    [{ kind: "user", target: user, reason: "x".repeat(2_001) }, 400, "invalid_request"],
  ];
  for (const [body, status, code] of refused) {
    await expect(chief.ask("POST", "/admin/quarantines", body), status, code);
  }
});

promise("an alert is acknowledged by somebody, with a note, and leaves the open ones", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { alert } = await plantShared(sql, chief.id, "");
  const open = async () => {
    const { body } = await chief.ask("GET", "/admin/alerts?state=open&rule=anomaly&limit=100");
    return body.data.some(({ id }: { id: string }) => id === alert);
  };
  assert.ok(await open());
  const path = `/admin/alerts/${alert}/acknowledge`;
  const { body } = await expect(chief.ask("POST", path, { note: "seen" }), 200);
  assert.deepEqual([body.acknowledged_by, body.note], [chief.id, "seen"]);
  assert.ok(!await open());
});

promise("an alert says how far its delivery has come", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { alert } = await plantShared(sql, chief.id, "");
  const delivery = async () =>
    (await expect(chief.ask("POST", `/admin/alerts/${alert}/acknowledge`, {}), 200)).body.delivery;
  assert.equal(await delivery(), null);
  const id = prefixedId("alert").param.parse(alert);
  const later = "2199-01-01T00:00:00Z";
  await sql`insert into app.alert_deliveries (alert_id, payload, next_at)
    values (${id}, '{}', ${later})`;
  assert.equal(await delivery(), "pending");
  await sql`update app.alert_deliveries set gave_up_at = now() where alert_id = ${id}`;
  assert.equal(await delivery(), "gave_up");
  const { body } = await chief.ask("GET", "/admin/alerts?state=acknowledged&limit=100");
  const listed = body.data.find((it: { id: string }) => it.id === alert);
  assert.equal(listed.delivery, "gave_up");
});

promise("the types of events that the API knows are those that the database knows", async () => {
  await using sql = operator();
  const [row] = await sql`select app.event_types() as types`;
  assert.deepEqual([...EventType.options].sort(), row?.types.sort());
});

promise("a rule of alerts is changed within bounds", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const rules = (await expect(chief.ask("GET", "/admin/alert-rules"), 200)).body.data;
  const names = rules.map(({ name }: { name: string }) => name);
  for (const name of ["auth_failed", "rate_limited", "suspicious"]) assert.ok(names.includes(name));
  const put = (name: string, body: unknown) => chief.ask("PUT", `/admin/alert-rules/${name}`, body);
  await expect(put("anomaly", { threshold: 1, window_s: 3_600 }), 200);
  await expect(put("anomaly", { threshold: 0, window_s: 3_600 }), 400, "invalid_request");
  await expect(put("anomaly", { threshold: 1, window_s: 1e9 }), 400, "invalid_request");
  await expect(put("anomaly", { threshold: 1, window_s: 60, type: "x" }), 400, "invalid_request");
  await expect(put("anomaly", { name: "other" }), 400, "invalid_request");
});

promise("an admin makes a rule of alerts, and what a change leaves out stays", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const name = `test_${chief.id.replace(/[^a-f]/g, "")}`;
  const put = (body: unknown) => chief.ask("PUT", `/admin/alert-rules/${name}`, body);
  const rule = { type: "egress_denied", per: "global", threshold: 1_000_000, window_s: 1 };
  await expect(put({ threshold: 1, window_s: 3_600 }), 404, "not_found");
  for (const left of ["type", "per", "threshold", "window_s"]) {
    await expect(put({ ...rule, [left]: undefined }), 400, "invalid_request");
  }
  for (const wrong of [{ type: "party" }, { per: "key" }, { threshold: null }, { extra: 1 }]) {
    await expect(put({ ...rule, ...wrong }), 400, "invalid_request");
  }
  try {
    const made = { name, ...rule, enabled: true };
    assert.deepEqual((await expect(put(rule), 200)).body, made);
    const off = await expect(put({ enabled: false }), 200);
    assert.deepEqual(off.body, { ...made, enabled: false });
    const other = await expect(put({ type: "rejected", per: "address", threshold: 5 }), 200);
    const changed = { type: "rejected", per: "address", threshold: 5, enabled: false };
    assert.deepEqual(other.body, { ...made, ...changed });
    const { body } = await chief.ask("GET", `/admin/audit?resource_id=${name}`);
    assert.equal(body.data.length, 3);
    for (const { action, actor_id } of body.data) {
      assert.deepEqual([action, actor_id], ["alert_rule.changed", chief.id]);
    }
  } finally {
    await sql`delete from public.alert_rules where name = ${name}`;
  }
  for (const name of ["Loud", "a-b", "_a", "a1", "a".repeat(41), "%00", "a%20b"]) {
    await expect(chief.ask("PUT", `/admin/alert-rules/${name}`, rule), 400, "invalid_request");
  }
});

promise("a block is seen and lifted by an admin, and the lifting is in the audit log", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { address } = await plantShared(sql, chief.id, "");
  const blocked = async () => {
    const { body } = await expect(chief.ask("GET", "/admin/blocks"), 200);
    return body.data.some((block: { address: string }) => block.address === address);
  };
  assert.ok(await blocked());
  const path = `/admin/blocks/${encodeURIComponent(address)}`;
  await expect(chief.ask("DELETE", path), 204);
  assert.ok(!await blocked());
  await expect(chief.ask("DELETE", path), 404, "not_found");
  const { body } = await chief.ask("GET", `/admin/audit?action=block.lifted&actor=${chief.id}`);
  assert.deepEqual(body.data.map((it: { resource_id: string }) => it.resource_id), [address]);
  for (const address of ["everywhere", "1.2.3.4%00", "1.2.3.4;drop", "%2e%2e%2f"]) {
    const { status } = await chief.ask("DELETE", `/admin/blocks/${address}`);
    assert.ok(status === 400 || status === 404, `${address} ${status}`);
  }
});

promise("security events are found by type, user, key, address and time", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const [user, key, address] = [crypto.randomUUID(), uuid7(), newAddress()];
  await sql`
    insert into public.security_events (type, at, count, user_id, key_id, address, code, data)
    values ('probing', now(), 3, ${user}, ${key}, ${address}, 'not_found', '{}'),
      ('suspicious', now() - interval '1 day', 1, ${user}, null, null, null, '{"why":"null_byte"}')`;
  const count = async (query: string) =>
    (await expect(chief.ask("GET", `/admin/events?${query}`), 200)).body.data.length;
  assert.equal(await count(`user=${user}`), 2);
  assert.equal(await count(`user=${user}&type=probing`), 1);
  assert.equal(await count(`key=${prefixedId("key").of(key)}`), 1);
  assert.equal(await count(`address=${encodeURIComponent(address)}`), 1);
  const noon = new Date(Date.now() - 3_600_000).toISOString();
  assert.equal(await count(`user=${user}&since=${noon}`), 1);
  assert.equal(await count(`user=${user}&until=${noon}`), 1);
  await expect(chief.ask("GET", "/admin/events?type=anything"), 400, "invalid_request");
});
