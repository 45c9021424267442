import assert from "@std/assert";
import { agentNamed, toolNameOf } from "../../../supabase/functions/mcp/tools/names.ts";
import { inRole, operator, plantKey, promise } from "../matrix/cast.ts";
import { person } from "../../stack.ts";
import { agentOf, connect } from "./rig.ts";

promise("each published agent is a tool with its input schema, and runs as one", async () => {
  const client = await connect("ann");
  const input_schema = {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  };
  const source = "export default ({ city }) => `Sunny in ${city}`;";
  await agentOf(client.who, { name: "weather", source, input_schema, description: "The weather" });
  const { tools } = await client.tools();
  const tool = tools.find(({ name }) => name === "agent_weather");
  assert.deepEqual(tool?.inputSchema, input_schema);
  assert.match(tool?.description ?? "", /^The weather\n/);
  const { structuredContent, content, isError } = await client.use("agent_weather", {
    city: "Oslo",
  });
  assert.equal(isError, false);
  assert.equal(structuredContent.status, "succeeded");
  assert.equal(structuredContent.output, "Sunny in Oslo");
  assert.deepEqual(JSON.parse(content[0]?.text ?? ""), structuredContent);
  const wrong = await client.use("agent_weather", { city: 7 });
  assert.equal(wrong.isError, true);
  assert.equal(wrong.structuredContent.error?.code, "invalid_input");
});

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

promise("what takes no object is called by the argument `input`", async () => {
  const client = await connect("bob");
  await agentOf(client.who, { name: "any" });
  await agentOf(client.who, {
    name: "list_agents",
    input_schema: { $schema: DIALECT, type: "string" },
  });
  const { tools } = await client.tools();
  const schemaOf = (tool: string) => tools.find(({ name }) => name === tool)?.inputSchema;
  assert.deepEqual(schemaOf("agent_list_agents")?.properties, { input: { type: "string" } });
  assert.deepEqual(schemaOf("agent_any")?.properties, { input: { description: "Any JSON value" } });
  const told = await client.use("agent_list_agents", { input: "named like a tool of ours" });
  assert.equal(told.structuredContent.output, "named like a tool of ours");
  assert.equal((await client.use("agent_any")).structuredContent.output, null);
});

promise("a tool's name fits every client, and no two agents share one", async () => {
  const long = "a".repeat(62);
  const names = [
    ...["a", "list_agents", "agent_x", `${"b".repeat(57)}x`, `${"b".repeat(58)}x`],
    ...[`${long}x`, `${long}y`, long],
  ];
  const tools = await Promise.all(names.map(toolNameOf));
  assert.equal(new Set(tools).size, names.length);
  for (const tool of tools) assert.match(tool, /^agent_[a-zA-Z0-9_-]{1,58}$/);
  assert.deepEqual(agentNamed("agent_a-b"), { agent: "a-b" });
  for (const odd of ["agent_", "agents_x", "list_agents", "agent_A", `agent_${"a".repeat(60)}`]) {
    assert.equal(agentNamed(odd), undefined, odd);
  }
});

promise("an agent whose name is cut runs as its own tool", async () => {
  const client = await connect("cut");
  const names = ["x", "y"].map((end) => "long_name-".repeat(6) + end);
  for (const name of names) {
    await agentOf(client.who, { name, source: `export default () => "${name}";` });
  }
  for (const name of names) {
    const { structuredContent } = await client.use(await toolNameOf(name));
    assert.equal(structuredContent.output, name);
  }
});

promise("however many agents' names begin alike, each is called by its own tool", async () => {
  const client = await connect("alike");
  const start = "alike-".repeat(10);
  await agentOf(client.who, { name: `${start}zzz`, source: "export default () => 'the last';" });
  await using sql = operator();
  await sql`
    insert into public.agents (id, owner_id, name, description, current_version)
    select app.uuid7(), ${client.who.id}, ${start} || lpad(n::text, 3, '0'), '', 1
    from generate_series(1, 250) as n`;
  const { structuredContent } = await client.use(await toolNameOf(`${start}zzz`));
  assert.equal(structuredContent.output, "the last");
});

promise("no name leads to what is no agent", async () => {
  const client = await connect("reserved");
  for (const name of ["drafts", "health", "limits", "openapi", "runs", "usage"]) {
    for (const tool of ["get_agent", "list_versions"]) {
      const { structuredContent, isError } = await client.use(tool, { name });
      assert.deepEqual([isError, structuredContent.error?.code], [true, "not_found"], name);
    }
    const { error } = await client.ask("resources/read", {
      uri: `cloister://agents/${name}/source`,
    });
    assert.deepEqual([error?.code, error?.message.slice(0, 9)], [-32602, "not_found"], name);
  }
});

promise("an agent's whole life goes over tools", async () => {
  const client = await connect("life");
  const made = await client.use("create_agent", {
    name: "adder",
    source: "export default ([a, b]) => a + b;",
    language: "javascript",
  });
  assert.equal(made.isError, false, made.content[0]?.text ?? "");
  const source = "export default ([a, b], agent) => { agent.log('adding'); return 10 + a + b; };";
  await client.use("create_version", { name: "adder", source, language: "javascript" });
  const run = await client.use("run_agent", { agent: "adder", input: [1, 2] });
  assert.equal(run.structuredContent.output, 13);
  await client.use("publish_version", { name: "adder", version: 1 });
  const back = await client.use("run_agent", { agent: "adder", input: [1, 2] });
  assert.equal(back.structuredContent.output, 3);
  const { structuredContent: { run_id } } = run;
  const read = await client.use("get_run", { run_id });
  assert.equal(read.structuredContent.output, 13);
  const events = await client.use("get_run_events", { run_id });
  assert.match(events.content[0]?.text ?? "", /adding/);
  const listed = await client.use("list_runs", { agent: "adder", status: "succeeded" });
  assert.equal(JSON.parse(listed.content[0]?.text ?? "").data.length, 2);
  for (const tool of ["list_agents", "get_limits"]) {
    assert.equal((await client.use(tool)).isError, false, tool);
  }
  for (const tool of ["get_agent", "list_versions"]) {
    assert.equal((await client.use(tool, { name: "adder" })).isError, false, tool);
  }
  const version = await client.use("get_version", { name: "adder", version: 2 });
  assert.equal(JSON.parse(version.content[0]?.text ?? "").source, source);
});

promise("a stranger's agents and runs are as good as missing, as tools too", async () => {
  const [owner, stranger] = [await connect("owner"), await connect("stranger")];
  await agentOf(owner.who, { name: "secret" });
  const { structuredContent: { run_id } } = await owner.use("agent_secret", { input: 1 });
  const call = (name: string, args = {}) =>
    stranger.ask("tools/call", { name, arguments: args }, { id: 1 });
  assert.deepEqual(await call("agent_secret"), await call("agent_nobodys"));
  assert.equal((await call("agent_secret")).error?.code, -32602);
  for (
    const [tool, args] of [["run_agent", { agent: "secret" }], ["get_run", { run_id }]] as const
  ) {
    const { isError, structuredContent } = await stranger.use(tool, args);
    assert.equal(isError, true, tool);
    assert.equal(structuredContent.error?.code, "not_found", tool);
  }
  const { tools } = await stranger.tools();
  assert.equal(tools.some(({ name }) => name === "agent_secret"), false);
});

promise(
  "a key sees and uses the tools of its scopes, and one for an agent that agent alone",
  async () => {
    await using sql = operator();
    const who = await person("keys");
    for (const name of ["one", "other"]) await agentOf(who, { name });
    const [one] = await sql<{ id: string }[]>`
    select id from public.agents where owner_id = ${who.id} and name = 'one'`;
    const reads = await connect("reads", (await plantKey(sql, who.id, ["agents:read"])).key, who);
    const { tools } = await reads.tools();
    const names = tools.map(({ name }) => name);
    assert.equal(names.some((name) => /^(agent_|run_agent$|create_|cancel_)/.test(name)), false);
    assert.ok(names.includes("list_agents"));
    const refused = await reads.use("run_agent", { agent: "one" });
    assert.equal(refused.structuredContent.error?.code, "forbidden");
    const scopes = ["agents:read", "agents:execute"];
    const its = await connect("its", (await plantKey(sql, who.id, scopes, one?.id)).key, who);
    const own = (await its.tools()).tools.map(({ name }) => name);
    assert.deepEqual(own.filter((name) => name.startsWith("agent_")), ["agent_one"]);
    assert.equal((await its.use("agent_one", { input: 1 })).structuredContent.output, 1);
  },
);

promise("a quarantined agent is no tool, and running it says why", async () => {
  await using sql = operator();
  const [client, chief] = [await connect("bad"), await inRole(sql, "admin")];
  await agentOf(client.who, { name: "bad" });
  const [agent] = await sql<{ id: string }[]>`
    select id from public.agents where owner_id = ${client.who.id}`;
  const frozen = await chief.call("POST", "/admin/quarantines", {
    body: { kind: "agent", target: `agent_${agent?.id.replaceAll("-", "")}`, reason: "a test" },
  });
  assert.equal(frozen.status, 201, await frozen.clone().text());
  await frozen.body?.cancel();
  assert.equal((await client.tools()).tools.some(({ name }) => name === "agent_bad"), false);
  const { isError, structuredContent } = await client.use("run_agent", { agent: "bad" });
  assert.deepEqual([isError, structuredContent.error?.code], [true, "agent_quarantined"]);
});

promise("what a tool does is written down as its caller's, from the caller's address", async () => {
  await using sql = operator();
  const client = await connect("audited");
  const { address } = client.who;
  const made = { name: "made", source: "export default () => 1;", language: "javascript" };
  assert.equal((await client.use("create_agent", made, { address })).isError, false);
  const [row] = await sql`
    select actor_id, address from public.audit_log
    where actor_id = ${client.who.id} and action = 'agent.created'`;
  assert.deepEqual({ ...row }, {
    actor_id: client.who.id,
    address: `${address.slice(0, -1)}/64`,
  });
});

promise("arguments that do not fit are a result that a model can read", async () => {
  const client = await connect("args");
  const { isError, structuredContent } = await client.use("get_agent", { name: "../keys", x: 1 });
  assert.equal(isError, true);
  assert.equal(structuredContent.error?.code, "invalid_request");
  assert.match(JSON.stringify(structuredContent.error), /"path":"name"/);
});

promise(
  "what fails in an agent, or is markup, comes as text and never as anything else",
  async () => {
    const client = await connect("markup");
    const hostile = "<script>alert(1)</script>\u001b[31m";
    const source = `export default (fail) => {
    const text = ${JSON.stringify(hostile)};
    if (fail) throw new Error(text);
    return text;
  };`;
    await agentOf(client.who, { name: "hostile", source });
    for (const fail of [false, true]) {
      const { isError, content } = await client.use("agent_hostile", { input: fail });
      assert.equal(isError, fail);
      assert.deepEqual(content.map(({ type }) => type), ["text"]);
      const { text = "" } = content[0] ?? {};
      assert.equal(text.includes("\u001b"), false);
      const { output, error } = JSON.parse(text);
      assert.equal(fail ? error.message : output, hostile);
    }
  },
);

promise("tools come in pages, and a page's cursor is its caller's alone", async () => {
  await using sql = operator();
  const [client, other] = [await connect("many"), await connect("other")];
  await agentOf(client.who, { name: "first" });
  await sql`
    with made as (
      insert into public.agents (id, owner_id, name)
      select gen_random_uuid(), ${client.who.id}, 'made' || n from generate_series(1, 55) as n
      returning id, owner_id)
    insert into public.agent_versions (agent_id, owner_id, version, source, language)
    select id, owner_id, 1, 'export default 1', 'javascript' from made`;
  const { tools, nextCursor } = await client.tools();
  assert.equal(tools.filter(({ name }) => name.startsWith("agent_")).length, 50);
  const rest = await client.tools(nextCursor);
  assert.deepEqual([rest.tools.length, rest.nextCursor], [6, undefined]);
  const stolen = await other.ask("tools/list", { cursor: nextCursor });
  assert.equal(stolen.error?.code, -32602);
});
