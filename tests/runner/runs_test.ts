import assert from "@std/assert";
import { EngineUnavailable } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { jobOf, open } from "./client.ts";
import { signRun } from "./keys.ts";
import { serve } from "./serve.ts";
import { stubEngine } from "./stub.ts";

Deno.test("POST /runs says which place is held, then the run, then one ending, and closes", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  await using client = await open(runner.url);
  assert.equal(client.status, 200);
  assert.equal(client.headers.get("content-type"), "application/x-ndjson");
  assert.match(client.headers.get("cache-control") ?? "", /no-transform/);
  assert.deepEqual(await client.hear(), { type: "placed", engine: "stub", layers: ["realm"] });
  assert.equal(stub.taken(), 1);
  client.say(jobOf(client, "return"));
  const rest = await client.rest();
  assert.deepEqual(rest.map(({ type, status }) => [type, status]), [["ending", "succeeded"]]);
  assert.equal(stub.taken(), 0);
});

Deno.test("POST /runs takes a job that is sent at once, as curl does", async () => {
  await using runner = await serve(stubEngine());
  const run = crypto.randomUUID();
  const response = await fetch(`${runner.url}/runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${await signRun({ run })}` },
    body: JSON.stringify({ type: "job", run, program: "return" }),
  });
  const lines = (await response.text()).trim().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line).type), ["placed", "ending"]);
});

Deno.test("POST /runs asks its client for tools, and fails them once it has hung up", async () => {
  await using runner = await serve(stubEngine());
  await using client = await open(runner.url);
  await client.hear();
  client.say(jobOf(client, "ask", { tools: ["echo"] }));
  const asked = await client.hear();
  assert.deepEqual(asked, { type: "ask", call: 1, tool: "echo", args: '{"a":1}' });
  client.say({ type: "answer", call: 1, ok: true, json: "[2]", ms: 1 });
  assert.equal((await client.hear())?.message, "[2]");

  await using silent = await open(runner.url);
  await silent.hear();
  silent.say(jobOf(silent, "ask", { tools: ["echo"] }));
  silent.close();
  assert.equal((await silent.hear())?.type, "ask");
  assert.match(String((await silent.hear())?.message), /nobody is there/);
  assert.equal((await silent.hear())?.status, "succeeded");
});

for (
  const [what, text, code] of [
    ["no JSON", "{", "job_invalid"],
    ["not a job", '{"type":"cancel"}', "job_invalid"],
    [
      "a job with more than belongs to it",
      '{"type":"job","run":"r","program":"","x":1}',
      "job_invalid",
    ],
    ["a job of another run", '{"type":"job","run":"other","program":"return"}', "run_mismatch"],
    ["without end", "x".repeat(14 * 1024 * 1024), "body_too_large"],
    ["a million arrays", `[${"[],".repeat(1_000_000)}[]]`, "job_invalid"],
    ["brackets without end", "[".repeat(5_000_000), "job_invalid"],
    ["not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "job_invalid"],
  ] as const
) {
  Deno.test(`POST /runs runs nothing when its first line is ${what}`, async () => {
    const stub = stubEngine();
    await using runner = await serve(stub);
    await using client = await open(runner.url);
    await client.hear();
    client.write(text);
    client.write("\n");
    const refused = await client.hear();
    assert.equal(refused?.type, "refused");
    assert.equal(Object(refused?.problem).code, code);
    assert.equal(await client.hear(), undefined);
    await stub.taking(0);
    assert.deepEqual(stub.played, []);
  });
}

Deno.test("POST /runs refuses input that is not JSON, and a program that is too long", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  for (
    const [more, code] of [
      [{ input: "{" }, "job_invalid"],
      [{ input: "[".repeat(300) + "]".repeat(300) }, "job_invalid"],
      [{ program: "x".repeat(1024 * 1024 + 1) }, "body_too_large"],
    ] as const
  ) {
    await using client = await open(runner.url);
    await client.hear();
    client.say(jobOf(client, "return", more));
    assert.equal(Object((await client.hear())?.problem).code, code);
  }
  assert.deepEqual(stub.played, []);
});

for (
  const [what, text] of [
    ["no JSON", "nonsense\n"],
    ["an answer to nothing", '{"type":"answer","call":7,"ok":true,"json":"1"}\n'],
    ["a second job", '{"type":"job","run":"r","program":"return"}\n'],
    ["a line without end", "x".repeat(3 * 1024 * 1024)],
    ["an empty line", "\n"],
  ] as const
) {
  Deno.test(`POST /runs cancels the run of a client that says ${what}`, async () => {
    const stub = stubEngine();
    await using runner = await serve(stub);
    await using client = await open(runner.url);
    await client.hear();
    client.say(jobOf(client, "hold"));
    client.write(text);
    assert.equal((await client.hear())?.status, "cancelled");
    await stub.taking(0);
  });
}

Deno.test("POST /runs refuses answers that are no JSON, or failures without code and message", async () => {
  for (
    const answer of [
      { ok: true, json: "{" },
      { ok: false, json: "{}" },
      { ok: false, json: '"no code"' },
      { ok: false, json: '{"code":"a","message":"b","cause":"c"}' },
    ]
  ) {
    await using runner = await serve(stubEngine());
    await using client = await open(runner.url);
    await client.hear();
    client.say(jobOf(client, "ask", { tools: ["echo"] }));
    await client.hear();
    client.say({ type: "answer", call: 1, ...answer });
    const lines = await client.rest();
    assert.equal(lines.at(-1)?.status, "cancelled");
  }
});

Deno.test("POST /runs ends the run of a client that says cancel", async () => {
  await using runner = await serve(stubEngine());
  await using client = await open(runner.url);
  await client.hear();
  client.say(jobOf(client, "hold"));
  client.say({ type: "cancel" });
  assert.deepEqual((await client.rest()).map(({ status }) => status), ["cancelled"]);
});

Deno.test("POST /runs answers 413 before it reads a body that says it is too large", async () => {
  await using runner = await serve(stubEngine());
  const headers = { authorization: `Bearer ${await signRun()}` };
  const body = new Uint8Array(14 * 1024 * 1024);
  const answer = await fetch(`${runner.url}/runs`, { method: "POST", headers, body });
  assert.equal(answer.status, 413);
  await answer.body?.cancel();
});

Deno.test("POST /runs tells apart a sandbox that never ran and one that was lost", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  await using never = await open(runner.url);
  await never.hear();
  never.say(jobOf(never, "unavailable"));
  assert.equal(Object((await never.hear())?.problem).code, "engine_unavailable");

  await using lost = await open(runner.url);
  await lost.hear();
  lost.say(jobOf(lost, "lose"));
  assert.deepEqual(await lost.rest(), []);

  stub.failure = new EngineUnavailable("no sandbox starts");
  await using out = await open(runner.url);
  assert.equal(out.status, 503);
});

Deno.test("DELETE /runs/:id ends a run for its own token and for the operator, and for nobody else", async () => {
  const adminToken = "operator-".repeat(5);
  await using runner = await serve(stubEngine(), { CLOISTER_RUNNER_ADMIN_TOKEN: adminToken });
  const remove = async (run: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${runner.url}/runs/${run}`, { method: "DELETE", headers });
    await answer.body?.cancel();
    return answer.status;
  };
  for (const admin of [false, true]) {
    await using client = await open(runner.url);
    const { run } = client;
    await client.hear();
    client.say(jobOf(client, "hold"));
    assert.equal(await remove(run, await signRun()), 404);
    assert.equal(await remove(run, "operator"), 401);
    assert.equal(await remove(run, admin ? adminToken : await signRun({ run })), 204);
    assert.equal((await client.hear())?.status, "cancelled");
  }
  assert.equal(await remove(crypto.randomUUID(), adminToken), 404);
});

Deno.test("no program, input, output or token is logged", async () => {
  await using runner = await serve(stubEngine());
  const token = await signRun({ run: "known-run" });
  await using client = await open(runner.url, token, "known-run");
  await client.hear();
  client.say(jobOf(client, "hold", { input: '"secret-input"' }));
  client.write("secret-nonsense\n");
  await client.rest();
  await runner.drain();
  const text = JSON.stringify(runner.logged);
  assert.match(text, /known-run/);
  assert.doesNotMatch(text, /secret|hold/);
  assert.ok(!text.includes(token));
});
