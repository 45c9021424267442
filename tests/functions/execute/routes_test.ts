import assert from "@std/assert";
import { person } from "../../stack.ts";
import { as, becomeQuiet, create, newcomer, run } from "./rig.ts";

Deno.test("POST /execute/agents/:name runs the agent and answers with its real output", async () => {
  const ann = await newcomer("ann");
  await create(ann, "sum", "export default (xs: number[]) => xs.reduce((a, b) => a + b, 0);");
  const result = await run(ann, "sum", [1, 2, 39]);
  assert.match(result.id, /^run_[0-9a-f]{32}$/);
  assert.deepEqual([result.status, result.output, result.agent, result.version], [
    "succeeded",
    42,
    "sum",
    1,
  ]);
  assert.equal(result.engine, "quickjs");
  assert.ok(result.usage.wall_ms >= 0 && result.limits.cpu_ms > 0);
  const kept = await (await ann("GET", `/execute/runs/${result.id}`)).json();
  assert.deepEqual(kept, result);
  const history = await (await ann("GET", "/agents/sum/runs")).json();
  assert.deepEqual(history.data.map(({ id }: { id: string }) => id), [result.id]);
});

Deno.test("whatever JSON an agent returns comes back as it was", async () => {
  const ann = await newcomer("ann");
  await create(ann, "echo", "export default (input) => input;", { language: "javascript" });
  const values = [null, true, 0, -0.5, 1e300, "text", "", "\u0000", "\ud800", "😀", [], {}, {
    b: 1,
    a: [{ "": "\u0000\ud83d" }],
    __proto__x: 2,
  }];
  for (const value of values) {
    const { output } = await run(ann, "echo", value);
    assert.equal(JSON.stringify(output), JSON.stringify(value));
  }
});

Deno.test("an endless loop, a memory bomb and endless output end in their status, and the next run works", async () => {
  const ann = await newcomer("ann");
  const cases = [
    ["loop", "export default () => { for (;;); };", "timed_out", "cpu_limit"],
    [
      "bomb",
      "export default () => { const a = []; for (;;) a.push(new Uint8Array(1e6).fill(7)); };",
      "out_of_memory",
      "memory_limit",
    ],
    [
      "flood",
      "export default () => { for (;;) console.log('x'.repeat(100)); };",
      "output_exceeded",
      "log_limit",
    ],
    ["sleeper", "export default () => new Promise(() => {});", "timed_out", "stalled"],
    ["big", "export default () => 'x'.repeat(1e6);", "output_exceeded", "output_limit"],
    ["thrower", "export default () => {\n  throw new TypeError('mine');\n};", "failed", "threw"],
  ] as const;
  for (const [name, source, status, kind] of cases) {
    await create(ann, name, source);
    const result = await run(ann, name);
    assert.deepEqual([result.status, result.error.kind], [status, kind], name);
  }
  const thrown = await run(ann, "thrower");
  assert.deepEqual([thrown.error.name, thrown.error.message, thrown.error.line], [
    "TypeError",
    "mine",
    2,
  ]);
  await create(ann, "fine", "export default () => 'still here';");
  assert.equal((await run(ann, "fine")).output, "still here");
});

Deno.test("no route of a run can tell a hidden one from a missing one", async () => {
  const [ann, bob] = [await newcomer("ann"), await newcomer("bob")];
  await create(ann, "mine", "export default () => 1;");
  const { id } = await run(ann, "mine");
  const missing = `run_${"0".repeat(32)}`;
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await bob(method, path, body, { "x-request-id": "r1" });
    return `${response.status} ${await response.text()}`;
  };
  const routes = [["GET", ""], ["GET", "/events"], ["POST", "/cancel"]] as const;
  for (const [method, path] of routes) {
    const hidden = await ask(method, `/execute/runs/${id}${path}`);
    assert.equal(hidden, await ask(method, `/execute/runs/${missing}${path}`));
    assert.match(hidden, /^404 /);
  }
  const hidden = await ask("POST", "/execute/agents/mine", { input: 1 });
  assert.equal(hidden, await ask("POST", "/execute/agents/missing", { input: 1 }));
});

Deno.test("an input that breaks the agent's schema starts nothing", async () => {
  const ann = await newcomer("ann");
  await create(ann, "strict", "export default (input) => input;", {
    input_schema: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", default: 3 } },
      required: ["city"],
      additionalProperties: false,
    },
  });
  const refused = await ann("POST", "/execute/agents/strict", { input: { town: "Oslo" } });
  assert.equal(refused.status, 422);
  const problem = await refused.json();
  assert.equal(problem.code, "invalid_input");
  assert.ok(problem.errors.some(({ path }: { path: string }) => path === "city"));
  assert.deepEqual((await (await ann("GET", "/agents/strict/runs")).json()).data, []);
  const { output } = await run(ann, "strict", { city: "Oslo" });
  assert.deepEqual(output, { city: "Oslo", days: 3 });
});

Deno.test("a repeated request with the same idempotency key gets the same run", async () => {
  const ann = await newcomer("ann");
  await create(ann, "dice", "export default () => Math.random();");
  const headers = { "idempotency-key": crypto.randomUUID() };
  const first = await ann("POST", "/execute/agents/dice", { input: 1 }, headers);
  const second = await ann("POST", "/execute/agents/dice", { input: 1 }, headers);
  assert.equal(first.headers.get("idempotent-replayed"), null);
  assert.equal(second.headers.get("idempotent-replayed"), "true");
  assert.deepEqual(await second.json(), await first.json());
  await ann("POST", "/agents/dice/versions", {
    source: "export default () => 2;",
    input_schema: { type: "string" },
  });
  const third = await ann("POST", "/execute/agents/dice", { input: 1 }, headers);
  assert.equal(third.headers.get("idempotent-replayed"), "true");
  await create(ann, "coin", "export default () => Math.random();");
  const elsewhere = await ann("POST", "/execute/agents/coin", { input: 1 }, headers);
  assert.equal((await elsewhere.json()).code, "idempotency_key_reused");
  const other = await ann("POST", "/execute/agents/dice", { input: 2 }, headers);
  assert.equal((await other.json()).code, "idempotency_key_reused");
  const hidden = await ann("POST", "/execute/agents/dice", { input: 1 }, {
    "idempotency-key": "ä",
  });
  assert.equal((await hidden.json()).code, "invalid_request");
});

Deno.test("a version that does not exist, and an archived agent, start nothing", async () => {
  const ann = await newcomer("ann");
  await create(ann, "old", "export default () => 1;");
  const missing = await ann("POST", "/execute/agents/old", { input: 1, version: 9 });
  assert.equal(missing.status, 404);
  await ann("POST", "/agents/old/archive");
  const archived = await ann("POST", "/execute/agents/old", { input: 1 });
  assert.equal((await archived.json()).code, "agent_archived");
  await becomeQuiet();
});

Deno.test("a program that somebody stored around the API never runs: its source does", async () => {
  const ann = await person("ann");
  const { error } = await ann.supabase.rpc("create_agent", {
    name: "forged",
    description: "",
    source: "export default (): string => 'what an auditor reads';",
    language: "typescript",
    program: "export default () => 'something else';",
    seal: "A".repeat(43),
  });
  assert.equal(error, null);
  assert.equal((await run(as(ann), "forged")).output, "what an auditor reads");
  await ann.supabase.rpc("create_agent", {
    name: "broken",
    description: "",
    source: "export default (",
    language: "javascript",
  });
  const { status, error: refusal } = await run(as(ann), "broken");
  assert.deepEqual([status, refusal.kind, refusal.line], ["failed", "syntax", 1]);
});

Deno.test("an input may be left out, and is null then", async () => {
  const ann = await newcomer("ann");
  await create(ann, "nothing", "export default (input) => input === null;", {
    language: "javascript",
  });
  const response = await ann("POST", "/execute/agents/nothing", {});
  assert.equal((await response.json()).output, true);
});

Deno.test("an input has its limit, also when a schema's defaults make it large", async () => {
  const ann = await newcomer("ann");
  await create(ann, "any", "export default () => 1;");
  const large = await ann("POST", "/execute/agents/any", { input: "x".repeat(257 * 1024) });
  assert.equal((await large.json()).code, "body_too_large");
  await create(ann, "generous", "export default () => 1;", {
    input_schema: { items: { properties: { a: { default: "x".repeat(900) } } } },
  });
  const input = Array.from({ length: 1_500 }, () => ({}));
  const filled = await ann("POST", "/execute/agents/generous", { input });
  assert.equal(filled.status, 422, await filled.text());
});

Deno.test("a stack that an agent made up changes nothing about how its run ends", async () => {
  const ann = await newcomer("ann");
  const source =
    "export default () => { const e = new Error('x'); e.stack = 'agent.js:0:0'; throw e; };";
  await create(ann, "liar", source);
  const { status, error } = await run(ann, "liar");
  assert.deepEqual([status, error.message, error.line], ["failed", "x", undefined]);
});

Deno.test("starts that are refused, and sources that cannot run, give their places back", async () => {
  const ann = await newcomer("ann");
  await create(ann, "old", "export default () => 1;");
  await ann("POST", "/agents/old/archive");
  const { supabase, token } = await person("bob");
  await supabase.rpc("create_agent", {
    name: "broken",
    description: "",
    source: "export default (",
    language: "javascript",
  });
  for (let i = 0; i < 3; i++) {
    const refused = await ann("POST", "/execute/agents/old", { input: 1 });
    assert.equal((await refused.json()).code, "agent_archived");
    assert.equal((await run(as({ token }), "broken")).status, "failed");
  }
  await create(ann, "fine", "export default () => 'placed';");
  assert.equal((await run(ann, "fine")).output, "placed");
});
