import assert from "@std/assert";
import * as z from "zod";
import { Policy } from "../../../supabase/functions/_shared/policy/schema.ts";
import { call, type Person, person, testStack } from "../../stack.ts";
import { inRole, operator, plantKey, promise } from "../matrix/cast.ts";

const SOURCE = "export default () => 1;";
const SEARCH = { search: { max_calls: 2 } };
const Problem = z.object({ code: z.string() });
const Version = z.object({
  version: z.int(),
  approval: z.string(),
  published_at: z.string().nullable(),
  approved_at: z.string().nullable(),
  policy_hash: z.string(),
  policy: z.unknown(),
});

/** Asks as whoever holds a credential, and asserts what comes of it. */
async function ask(token: string, [method, path]: [string, string], body?: unknown, status = 200) {
  const response = await call(testStack(), method, path, { token, body });
  const text = await response.text();
  assert.equal(response.status, status, text);
  return JSON.parse(text);
}

/** The code of what is refused. */
async function refusal(token: string, asked: [string, string], status: number, body?: unknown) {
  return Problem.parse(await ask(token, asked, body, status)).code;
}

function create({ token }: Pick<Person, "token">, name: string, policy?: unknown) {
  const body = { name, source: SOURCE, ...(policy !== undefined && { policy }) };
  return ask(token, ["POST", "/agents"], body, 201);
}

async function write({ token }: Pick<Person, "token">, name: string, policy: unknown) {
  const body = { source: SOURCE, policy };
  return Version.parse(await ask(token, ["POST", `/agents/${name}/versions`], body, 201));
}

promise(
  "a policy is kept with every default written out, and is shown with its version",
  async () => {
    const ann = await person("ann");
    await create(ann, "none");
    await create(ann, "some", SEARCH);
    const none = Version.parse(await ask(ann.token, ["GET", "/agents/none/versions/1"]));
    assert.deepEqual(none.policy, Policy.parse({}));
    const some = Version.parse(await ask(ann.token, ["GET", "/agents/some/versions/1"]));
    assert.deepEqual(some.policy, {
      search: { max_calls: 2, max_results: 10, approval: "none" },
      approval_seconds: 120,
    });
    assert.equal(some.approval, "not_needed");
    await using sql = operator();
    const [kept] = await sql`
    select policy from public.agent_versions where owner_id = ${ann.id} and policy ? 'search'`;
    assert.deepEqual(kept?.policy, some.policy);
  },
);

promise("a policy that is not one is refused, and says where", async () => {
  const ann = await person("ann");
  const wrong: [unknown, string][] = [
    [{ launch: {} }, "policy"],
    [{ fetch: { rules: [{ host: "localhost" }] } }, "policy.fetch.rules.0.host"],
    [{ fetch: { rules: [] } }, "policy.fetch.rules"],
    [{ search: { max_calls: -1 } }, "policy.search.max_calls"],
    [{ search: { max_calls: 1, more: 1 } }, "policy.search"],
    [{ fetch: { rules: many(50) } }, "policy"],
    [[], "policy"],
    [null, "policy"],
  ];
  for (const [policy, path] of wrong) {
    const body = { name: "wrong", source: SOURCE, policy };
    const problem = await ask(ann.token, ["POST", "/agents"], body, 400);
    assert.equal(problem.code, "invalid_request");
    assert.equal(problem.errors[0].path, path, JSON.stringify(problem));
  }
});

promise("a command that the shell does not have is granted, and said to be none", async () => {
  const ann = await person("ann");
  const policy = { shell: { commands: ["grep", "gerp", "curl"] } };
  const { findings } = await create(ann, "typo", policy);
  const told = z.array(z.object({ severity: z.string(), code: z.string(), message: z.string() }))
    .parse(findings);
  assert.deepEqual(told.map(({ severity, code }) => [severity, code]), [
    ["warning", "unknown_command"],
    ["warning", "unknown_command"],
  ]);
  assert.ok(told[0]?.message.includes("gerp") && told[1]?.message.includes("curl"));
  const kept = await ask(ann.token, ["GET", "/agents/typo/versions/1"]);
  assert.deepEqual(kept.findings, findings);
});

/** Rules that are well-formed, and together too long. */
function many(count: number) {
  const paths = Array.from({ length: 10 }, (_, n) => `/${String(n).repeat(80)}`);
  return Array.from({ length: count }, (_, n) => ({ host: `h${n}.example.com`, paths }));
}

promise(
  "a version that is granted more neither is published nor runs before its owner approves it",
  async () => {
    const ann = await person("ann");
    await create(ann, "weather");
    const wider = await write(ann, "weather", SEARCH);
    assert.deepEqual([wider.version, wider.approval, wider.published_at], [2, "needed", null]);
    const agent = await ask(ann.token, ["GET", "/agents/weather"]);
    assert.equal(agent.current_version, 1);
    const publish: [string, string] = ["POST", "/agents/weather/publish"];
    assert.equal(await refusal(ann.token, publish, 409, { version: 2 }), "version_unapproved");
    const run: [string, string] = ["POST", "/execute/agents/weather"];
    assert.equal(await refusal(ann.token, run, 409, { version: 2 }), "version_unapproved");
    const approve: [string, string] = ["POST", "/agents/weather/versions/2/approve"];
    const approved = Version.parse(await ask(ann.token, approve));
    assert.deepEqual([approved.approval, approved.published_at], ["approved", null]);
    assert.ok(approved.approved_at);
    assert.equal((await ask(ann.token, publish, { version: 2 })).current_version, 2);
    assert.equal((await ask(ann.token, run, {})).status, "succeeded");
    const narrower = await write(ann, "weather", { search: { max_calls: 1 } });
    assert.deepEqual([narrower.approval, narrower.published_at !== null], ["not_needed", true]);
  },
);

promise("an API key changes what an agent does, and not what it may", async () => {
  await using sql = operator();
  const ann = await inRole(sql, "user");
  const { key: token } = await plantKey(sql, ann.id, [
    "agents:read",
    "agents:write",
    "agents:execute",
  ]);
  await create(ann, "weather", SEARCH);
  const same = await write({ token }, "weather", SEARCH);
  assert.deepEqual([same.approval, same.published_at !== null], ["not_needed", true]);
  const wider = await write({ token }, "weather", { ...SEARCH, files: {} });
  assert.deepEqual([wider.approval, wider.published_at], ["needed", null]);
  for (const version of [2, 3, 99]) {
    const approve: [string, string] = ["POST", `/agents/weather/versions/${version}/approve`];
    assert.equal(await refusal(token, approve, 403), "forbidden");
  }
  await create({ token }, "own", SEARCH);
  const run: [string, string] = ["POST", "/execute/agents/own"];
  assert.equal(await refusal(token, run, 409, {}), "version_unapproved");
  assert.equal(await refusal(ann.token, run, 409, {}), "version_unapproved");
  await ask(ann.token, ["POST", "/agents/own/versions/1/approve"]);
  assert.equal((await ask(token, run, {})).status, "succeeded");
});

promise("what a person approves is the policy that they have read", async () => {
  await using sql = operator();
  const ann = await inRole(sql, "user");
  const { key: token } = await plantKey(sql, ann.id, ["agents:write"]);
  const propose = async (policy: unknown) => {
    await create({ token }, "weather");
    return await write({ token }, "weather", policy);
  };
  const { policy_hash: read } = await propose(SEARCH);
  const gone = await call(testStack(), "DELETE", "/agents/weather", { token });
  assert.equal(gone.status, 204);
  await propose({ ...SEARCH, files: {} });
  const approve = `/agents/weather/versions/2/approve`;
  assert.equal(
    await refusal(ann.token, ["POST", `${approve}?policy_hash=${read}`], 404),
    "not_found",
  );
  const { policy_hash: now } = Version.parse(
    await ask(ann.token, ["GET", "/agents/weather/versions/2"]),
  );
  const approved = await ask(ann.token, ["POST", `${approve}?policy_hash=${now}`]);
  assert.equal(approved.approval, "approved");
});

promise("who goes around the API is granted no more than through it", async () => {
  const ann = await person("ann");
  await create(ann, "weather");
  const write = (policy: unknown) =>
    ann.supabase.rpc("create_version", {
      agent_name: "weather",
      source: SOURCE,
      language: "javascript",
      policy: JSON.stringify(policy),
    });
  const unknown = await write({ ...SEARCH, anything: { at: "all" } });
  assert.equal(unknown.error?.message, "invalid_request");
  const around = await write({ search: { anything: "at all" } });
  assert.equal(around.data?.[0]?.approval, "needed");
  const published = await ann.supabase.rpc("publish_version", {
    agent_name: "weather",
    version: 2,
  });
  assert.equal(published.error?.message, "version_unapproved");
  const updated = await ann.supabase.from("agent_versions").update({ approval: "approved" })
    .eq("version", 2);
  assert.equal(updated.error?.code, "42501");
  await ann.supabase.rpc("approve_version", { agent_name: "weather", version: 2 });
  const shown = Version.parse(await ask(ann.token, ["GET", "/agents/weather/versions/2"]));
  assert.deepEqual(shown.policy, Policy.parse({}), "what cannot be read grants nothing");
});

promise(
  "POST /agents/:name/versions/:version/approve cannot tell a hidden version from a missing one",
  async () => {
    const [ann, bob] = [await person("ann"), await person("bob")];
    await create(ann, "weather");
    await write(ann, "weather", SEARCH);
    for (const path of ["/agents/weather/versions/2/approve", "/agents/none/versions/2/approve"]) {
      assert.equal(await refusal(bob.token, ["POST", path], 404), "not_found");
    }
    const missing: [string, string] = ["POST", "/agents/weather/versions/9/approve"];
    assert.equal(await refusal(ann.token, missing, 404), "not_found");
  },
);

promise("who has signed out approves nothing, whatever token lives on", async () => {
  const ann = await person("ann");
  await create(ann, "weather");
  await write(ann, "weather", SEARCH);
  await ann.supabase.auth.signOut();
  const approve: [string, string] = ["POST", "/agents/weather/versions/2/approve"];
  assert.equal(await refusal(ann.token, approve, 401), "session_revoked");
});
