import assert from "@std/assert";
import postgres from "postgres";
import { uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { Policy } from "../../../supabase/functions/_shared/policy/schema.ts";
import { person } from "../../stack.ts";
import { ownStack } from "./own_stack.ts";
import { expect, newcomer, operator, promise } from "./rig.ts";

promise("a ceiling that is no policy is refused, and one is shown as it counts", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { body } = await expect(chief.ask("GET", "/admin/policy"), 200);
  assert.deepEqual(Policy.parse(body), body);
  assert.equal(body.fetch.rules[0].host, "**");
  for (const wrong of [{ launch: {} }, { llm: { models: ["any"] } }, [], null, "x"]) {
    await expect(chief.ask("PUT", "/admin/policy", wrong), 400, "invalid_request");
  }
  const somebody = await newcomer(sql, "streamer");
  await expect(somebody.ask("GET", "/admin/policy"), 403, "forbidden");
  await expect(somebody.ask("PUT", "/admin/policy", body), 403, "forbidden");
});

Deno.test("a ceiling counts at once, for runs that go on, and is in the audit log", async () => {
  await using own = await ownStack();
  const { stack } = own;
  const sql = postgres(stack.adminUrl, { max: 2, onnotice: () => {} });
  try {
    const [ann, chief] = [await person("ann", stack), await person("chief", stack)];
    await sql`insert into app.user_roles (user_id, role) values (${chief.id}, 'admin')`;
    const agent = { name: "weather", source: "export default () => 1;", policy: { search: {} } };
    assert.equal((await ann.call("POST", "/agents", { body: agent })).status, 201);
    const run = uuid7();
    await sql`
      select public.start_run(${run}, ${ann.id}, 'weather', null, '1', 'quickjs', '{}', '{}', 60000,
        'request')`;
    const ceilingOf = async () => {
      const [found] = await sql`select public.find_tool_run(${run}) -> 'ceiling' as ceiling`;
      return found?.ceiling;
    };
    assert.ok("search" in await ceilingOf());
    const body = { files: { access: "read" } };
    const response = await chief.call("PUT", "/admin/policy", { body });
    assert.equal(response.status, 200);
    const set = await response.json();
    assert.deepEqual(await ceilingOf(), set);
    assert.deepEqual(set, Policy.parse(body));
    const trail = await chief.call("GET", "/admin/audit?action=policy.ceiling_set");
    const [entry] = (await trail.json()).data;
    assert.equal(entry.actor_id, chief.id);
    assert.deepEqual(JSON.parse(entry.details.ceiling[1]), set);
  } finally {
    await sql.end();
  }
});
