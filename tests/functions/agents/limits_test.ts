import assert from "@std/assert";
import agents from "../../../supabase/functions/agents/index.ts";
import { Limits } from "../../../supabase/functions/agents/limits/schema.ts";
import { ADDRESS_HEADER, newAddress, person } from "../../stack.ts";
import { inRole, operator, plantKey } from "../matrix/cast.ts";

const SOURCE = "export default () => 1;";

/** The app itself, without a port, with a credential. */
function as(token: string, address = newAddress()) {
  return (method: string, path: string, body?: unknown) =>
    agents.request(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        [ADDRESS_HEADER]: address,
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
}

/** Budgets are counted by the minute: one must not end between what a test does and sees. */
async function calmMinute(): Promise<void> {
  while (60 - (Date.now() / 1000) % 60 < 10) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function limitsOf(ask: ReturnType<typeof as>) {
  const response = await ask("GET", "/agents/limits");
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  const limits = Limits.parse(body);
  const left = Object.fromEntries(limits.budgets.map((each) => [each.budget, each.remaining]));
  return { ...limits, left, response };
}

Deno.test("GET /agents/limits shows what is left of each budget, and takes from reads alone", async () => {
  await calmMinute();
  const ann = as((await person("ann")).token);
  const before = await limitsOf(ann);
  assert.deepEqual(before.budgets.map(({ budget, window_s }) => [budget, window_s]), [
    ["read", 60],
    ["write", 60],
    ["execute", 60],
    ["stream", 60],
  ]);
  for (const { quota, remaining, reset_s } of before.budgets) {
    assert.ok(remaining <= quota && reset_s >= 0 && reset_s <= 60);
  }
  assert.equal((await ann("POST", "/agents", { name: "one", source: SOURCE })).status, 201);
  const after = await limitsOf(ann);
  assert.deepEqual(
    [after.left.write, after.left.execute, after.left.stream],
    [Number(before.left.write) - 1, before.left.execute, before.left.stream],
  );
  assert.ok(Number(after.left.read) < Number(before.left.read));
  assert.match(
    String(after.response.headers.get("ratelimit")),
    new RegExp(`^"read";r=${after.left.read};t=\\d+$`),
  );
});

Deno.test("GET /agents/limits tells of running runs and CPU time, and when the day ends", async () => {
  const ann = as((await person("ann")).token);
  const { concurrent_runs, cpu } = await limitsOf(ann);
  assert.equal(concurrent_runs.running, 0);
  assert.ok(concurrent_runs.quota > 0 && cpu.quota_s > 0);
  assert.equal(cpu.used_ms, 0);
  const resets = new Date(cpu.resets_at);
  assert.equal(resets.toISOString().slice(10), "T00:00:00.000Z");
  assert.ok(resets.getTime() > Date.now() && resets.getTime() <= Date.now() + 86_400_000);
});

Deno.test("limits of a role hold for those in it, and for nobody else", async () => {
  await using sql = operator();
  const [viewer, user] = [await inRole(sql, "viewer"), await person("user")];
  // More than any test opens: a shared stack keeps it.
  await sql`insert into app.role_limits (role, streams_per_minute) values ('viewer', 777)
    on conflict (role) do update set streams_per_minute = 777`;
  const streams = async (token: string) => {
    const { role, budgets } = await limitsOf(as(token));
    return [role, budgets.find(({ budget }) => budget === "stream")?.quota];
  };
  assert.deepEqual(await streams(viewer.token), ["viewer", 777]);
  assert.notDeepEqual(await streams(user.token), ["user", 777]);
});

Deno.test("a key pays with its owner: what either has spent, both have", async () => {
  await calmMinute();
  await using sql = operator();
  const owner = await inRole(sql, "user");
  const { key } = await plantKey(sql, owner.id, ["agents:read", "agents:write"]);
  const [ann, robot] = [as(owner.token), as(key)];
  assert.equal((await ann("POST", "/agents", { name: "one", source: SOURCE })).status, 201);
  assert.equal((await robot("POST", "/agents", { name: "two", source: SOURCE })).status, 201);
  const [mine, its] = [await limitsOf(ann), await limitsOf(robot)];
  assert.equal(mine.left.write, its.left.write);
  const quota = mine.budgets.find(({ budget }) => budget === "write")?.quota;
  assert.equal(mine.left.write, Number(quota) - 2);
});

Deno.test("a stranger's limits are no one's business: GET /agents/limits needs a caller", async () => {
  const response = await agents.request("/agents/limits", {
    headers: { [ADDRESS_HEADER]: newAddress() },
  });
  assert.equal(response.status, 401);
  assert.equal((await response.json()).code, "unauthenticated");
});

Deno.test("who spends a budget is refused with 429, the headers and a time to wait", async () => {
  await calmMinute();
  const ask = as((await person("busy")).token);
  const { left } = await limitsOf(ask);
  const quota = Number(left.write);
  const answers: Response[] = [];
  while (answers.length < quota + 5) {
    const some = Array.from({ length: 25 }, () => ask("POST", "/agents", { name: "?" }));
    answers.push(...await Promise.all(some));
  }
  const refused = answers.filter(({ status }) => status === 429);
  assert.equal(answers.length - refused.length, quota);
  assert.ok(answers.every(({ status }) => status === 429 || status === 400));
  for (const { headers } of refused) {
    assert.match(String(headers.get("ratelimit-policy")), /^"write";q=\d+;w=60$/);
    assert.match(String(headers.get("ratelimit")), /^"write";r=0;t=\d+$/);
    assert.ok(Number(headers.get("retry-after")) >= 1 && Number(headers.get("retry-after")) <= 61);
  }
});
