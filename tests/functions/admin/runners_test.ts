import assert from "@std/assert";
import { plantKey } from "../matrix/cast.ts";
import { as, expect, newcomer, operator, promise } from "./rig.ts";

const KEY = /^cr_(live|test)_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/;

promise("POST /admin/runners makes a key that is shown once, and kept nowhere", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { body: made } = await expect(chief.ask("POST", "/admin/runners", { name: "pi" }), 201);
  assert.match(made.key, KEY);
  assert.deepEqual([made.name, made.created_by, made.last_seen_at], ["pi", chief.id, null]);
  const listed = await expect(chief.ask("GET", "/admin/runners?limit=100"), 200);
  const { key, ...shown } = made;
  assert.deepEqual(listed.body.data.find(({ id }: { id: string }) => id === made.id), shown);
  const secret = key.slice(key.lastIndexOf("_") + 1);
  const trail = await expect(chief.ask("GET", `/admin/audit?actor=${chief.id}`), 200);
  assert.match(trail.text, /runner\.created/);
  const kept = await sql`
    select r::text as runner, s.secret_hash::text as hash from public.runners as r
    join app.runner_secrets as s on s.runner_id = r.id where r.public_id = ${made.public_id}`;
  assert.equal(kept.length, 1);
  for (const text of [listed.text, trail.text, JSON.stringify(kept)]) {
    assert.ok(!text.includes(secret));
  }
});

promise("DELETE /admin/runners/:id revokes for good, once", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { body: made } = await expect(chief.ask("POST", "/admin/runners", { name: "pi" }), 201);
  const path = `/admin/runners/${made.id}`;
  const first = await expect(chief.ask("DELETE", path), 200);
  const second = await expect(chief.ask("DELETE", path), 200);
  assert.notEqual(first.body.revoked_at, null);
  assert.equal(second.body.revoked_at, first.body.revoked_at);
  const trail = await expect(chief.ask("GET", `/admin/audit?actor=${chief.id}`), 200);
  assert.equal(trail.text.split('"runner.revoked"').length, 2);
});

promise("nobody but an administrator in person makes runners, and a name is one line", async () => {
  await using sql = operator();
  const [chief, user] = [await newcomer(sql, "admin"), await newcomer(sql, "user")];
  const { key } = await plantKey(sql, chief.id, ["admin"]);
  const robot = as({ token: key, address: chief.address });
  for (const ask of [user.ask, robot]) {
    await expect(ask("POST", "/admin/runners", { name: "pi" }), 403, "forbidden");
  }
  for (const name of ["", "a\nb", "x".repeat(101), null, 1]) {
    await expect(chief.ask("POST", "/admin/runners", { name }), 400, "invalid_request");
  }
  await expect(
    chief.ask("POST", "/admin/runners", { name: "pi", key: "x" }),
    400,
    "invalid_request",
  );
});
