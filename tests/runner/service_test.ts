import assert from "@std/assert";
import { open } from "./client.ts";
import { signRun } from "./keys.ts";
import { serve, untilWaiting } from "./serve.ts";
import { spawnRunner } from "./spawn.ts";
import { stubEngine } from "./stub.ts";

Deno.test("GET /health and /ready answer, and /ready no longer while the runner drains", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub, { CLOISTER_RUNNER_DRAIN_MS: "60000" });
  const get = async (path: string) => {
    const answer = await fetch(`${runner.url}${path}`);
    await answer.body?.cancel();
    return answer.status;
  };
  assert.deepEqual([await get("/health"), await get("/ready")], [200, 200]);
  await using client = await open(runner.url);
  await client.hear();
  const drained = runner.drain();
  assert.deepEqual([await get("/health"), await get("/ready")], [200, 503]);
  client.say({ type: "job", run: client.run, program: "return" });
  client.close();
  await client.rest();
  await drained;
});

Deno.test("a runner that drains refuses new runs with Retry-After, and lets the others end", async () => {
  const stub = stubEngine(1);
  await using runner = await serve(stub, { CLOISTER_RUNNER_DRAIN_MS: "60000" });
  await using client = await open(runner.url);
  await client.hear();
  const waiting = open(runner.url);
  await untilWaiting(runner.url, 1);
  const drained = runner.drain();
  for (const refused of [await waiting, await open(runner.url)]) {
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
    await refused[Symbol.asyncDispose]();
  }
  client.say({ type: "job", run: client.run, program: "return" });
  client.close();
  assert.deepEqual((await client.rest()).map(({ status }) => status), ["succeeded"]);
  await drained;
});

Deno.test("a runner that has drained long enough cancels what still runs, and stops", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub, { CLOISTER_RUNNER_DRAIN_MS: "20" });
  await using busy = await open(runner.url);
  await using idle = await open(runner.url);
  busy.say({ type: "job", run: busy.run, program: "hold" });
  await busy.hear();
  await idle.hear();
  const drained = runner.drain();
  assert.deepEqual((await busy.rest()).map(({ status }) => status), ["cancelled"]);
  assert.deepEqual(await idle.rest(), []);
  await drained;
  assert.equal(stub.taken(), 0);
  await assert.rejects(fetch(`${runner.url}/health`));
});

Deno.test("GET /metrics counts runs, refusals and who is here, in the format of Prometheus", async () => {
  await using runner = await serve(stubEngine());
  await using client = await open(runner.url);
  client.say({ type: "job", run: client.run, program: "return" });
  client.close();
  await client.rest();
  await (await fetch(`${runner.url}/runs`, { method: "POST" })).body?.cancel();
  const answer = await fetch(`${runner.url}/metrics`);
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  for (
    const line of [
      'cloister_runner_runs_total{status="succeeded"} 1',
      'cloister_runner_refused_total{code="unauthenticated"} 1',
      "cloister_runner_waiting 0",
      "cloister_runner_warm 1",
      'cloister_runner_run_duration_seconds_bucket{le="+Inf"} 1',
      "cloister_runner_run_duration_seconds_count 1",
    ]
  ) assert.ok(text.split("\n").includes(line), `${line} in\n${text}`);
  for (const line of text.trimEnd().split("\n")) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? [\d.e+-]+)$/);
  }
});

const address = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;
Deno.test({
  name: `GET /metrics without an admin token is for loopback alone${
    address === undefined ? " (this machine has no other address)" : ""
  }`,
  ignore: address === undefined,
  async fn() {
    await using runner = await serve(stubEngine(), {
      CLOISTER_RUNNER_HOST: "0.0.0.0",
      CLOISTER_RUNNER_TLS_ELSEWHERE: "on",
    });
    const get = async (host: string) => {
      const answer = await fetch(`${runner.url.replace("0.0.0.0", host)}/metrics`);
      await answer.body?.cancel();
      return answer.status;
    };
    assert.equal(await get("127.0.0.1"), 200);
    assert.equal(await get(address ?? ""), 401);
  },
});

Deno.test("GET /metrics is the operator's alone where there is an admin token", async () => {
  const token = "operator-".repeat(5);
  await using runner = await serve(stubEngine(), { CLOISTER_RUNNER_ADMIN_TOKEN: token });
  const get = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await fetch(`${runner.url}/metrics`, { headers });
    await answer.body?.cancel();
    return answer.status;
  };
  assert.equal(await get(), 401);
  assert.equal(await get(`Bearer ${token}x`), 401);
  assert.equal(await get(`Bearer ${await signRun()}`), 401);
  assert.equal(await get(`Bearer ${token}`), 200);
});

Deno.test("runner/main.ts serves until SIGTERM, and ends without failure", async () => {
  await using runner = await spawnRunner();
  assert.equal((await (await fetch(`${runner.url}/health`)).json()).status, "alive");
  assert.equal(await runner.stop(), 0);
  const events = runner.lines.map((line) => JSON.parse(line).event);
  assert.deepEqual(events, ["listening", "draining", "stopped"]);
});

Deno.test("runner/main.ts does not start with an environment it does not understand", async () => {
  await assert.rejects(spawnRunner({ CLOISTER_RUNNER_PLACES: "many" }), (thrown) => {
    assert.match(String(thrown), /CLOISTER_RUNNER_PLACES/);
    assert.doesNotMatch(String(thrown), /many/);
    return true;
  });
});
