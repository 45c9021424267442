import assert from "@std/assert";
import { person } from "../../stack.ts";
import { as, expect, newcomer, operator, promise } from "./rig.ts";

promise("a role is assigned, counts at once, and is taken again", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const bob = await person("bob");
  const path = `/admin/users/${bob.id}`;
  const before = (await expect(chief.ask("GET", path), 200)).body;
  assert.deepEqual([before.role, before.assigned], ["streamer", false]);
  const asBob = as(bob);
  await expect(asBob("GET", "/admin/users"), 403, "forbidden");
  const made = await expect(chief.ask("PUT", `${path}/role`, { role: "admin" }), 200);
  assert.deepEqual([made.body.role, made.body.assigned], ["admin", true]);
  await expect(asBob("GET", "/admin/users"), 200);
  await expect(chief.ask("DELETE", `${path}/role`), 200);
  await expect(asBob("GET", "/admin/users"), 403, "forbidden");
  const trail = await chief.ask("GET", `/admin/audit?resource_id=${bob.id}&actor=${chief.id}`);
  assert.equal(trail.body.data.length, 2);
});

promise("GET /admin/users lists everybody once, page by page, and those in a role", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const viewer = await newcomer(sql, "viewer");
  const seen = new Set<string>();
  for (let path = "/admin/users?limit=100&role=viewer";;) {
    const { body } = await expect(chief.ask("GET", path), 200);
    for (const { id, role } of body.data) {
      assert.ok(role === "viewer" && !seen.has(id));
      seen.add(id);
    }
    if (body.next_cursor === null) break;
    path = `/admin/users?limit=100&role=viewer&cursor=${encodeURIComponent(body.next_cursor)}`;
  }
  assert.ok(seen.has(viewer.id) && !seen.has(chief.id));
});

promise("no role is given that does not exist, and none to nobody", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const path = (id: string) => `/admin/users/${id}/role`;
  for (const body of [{ role: "root" }, {}, { role: null }, { role: "admin", user: "x" }]) {
    await expect(chief.ask("PUT", path(chief.id), body), 400, "invalid_request");
  }
  await expect(chief.ask("PUT", path(crypto.randomUUID()), { role: "user" }), 404, "not_found");
  await expect(chief.ask("PUT", path("me"), { role: "user" }), 400, "invalid_request");
  await expect(chief.ask("GET", "/admin/users?role=admin'--"), 400, "invalid_request");
});
