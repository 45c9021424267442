import assert from "@std/assert";
import { exportJWK, generateKeyPair } from "jose";
import { openRuntime } from "../../../dev/gateway/runtime.ts";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { hostEngine } from "../../../supabase/functions/_shared/engine.ts";
import { type EngineSettings, readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { createRuns } from "../../../supabase/functions/execute/runs/routes.ts";
import { spawnRunner } from "../../runner/spawn.ts";
import { type Person, person } from "../../stack.ts";
import { as, create, eventsOf } from "./rig.ts";

const isOlder = Deno.version.deno.startsWith("2.1.");
const noProcesses = Deno.build.os !== "linux" || isOlder;
/** The runner's own process may be of a newer Deno than we are: see `spawnRunner()`. */
const noRunner = Deno.build.os !== "linux" || (isOlder && !Deno.env.has("CLOISTER_TEST_DENO"));
const SUM = "export default (xs) => xs.reduce((a, b) => a + b, 0);";
const SLOW = `export default async (_input, agent) => {
  agent.log("started");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};`;

/** The function `execute` over an engine of its own, which ends with it. */
function openExecute(settings: EngineSettings) {
  const runtime = openRuntime();
  const platform = createPlatform("execute", readEnv());
  const app = createApp("execute", platform, createRuns(hostEngine(settings, platform.log)));
  const ask = ({ token }: Person, path: string, init: RequestInit = {}) =>
    app.request(path, {
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...init.headers,
      },
    });
  return { ask, [Symbol.asyncDispose]: runtime.end };
}

/** A runner in a process of its own, and what the functions know of it. */
async function openRunner() {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const names = { alg: "EdDSA", kid: "k" };
  const runner = await spawnRunner({
    CLOISTER_RUNNER_ENGINE: "process",
    CLOISTER_RUN_KEYS: JSON.stringify({ keys: [{ ...await exportJWK(publicKey), ...names }] }),
  });
  const { engine } = readEnv({
    ...Deno.env.toObject(),
    CLOISTER_ENGINE: "remote",
    CLOISTER_RUNNER_URL: runner.url,
    CLOISTER_RUNNER_KEY: JSON.stringify({ ...await exportJWK(privateKey), ...names }),
    CLOISTER_RUNNER_AUDIENCE: "test-runner",
  });
  return { runner, engine };
}

/** The sandbox processes that this one has started. */
async function sandboxes(): Promise<string[]> {
  const args = ["-o", "pid=,args=", "--ppid", String(Deno.pid)];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.filter((line) => line.includes("/child")).map((line) =>
    line.trim().split(" ")[0] ?? ""
  );
}

async function ownerOf(name: string, source: string): Promise<Person> {
  const owner = await person("ann");
  await create(as(owner), name, source, { language: "javascript" });
  return owner;
}

Deno.test({
  name: noProcesses
    ? "execute runs agents in processes (skipped: they need Linux and Deno 2.9)"
    : "execute runs agents in processes where that is chosen, and leaves none behind",
  ignore: noProcesses,
  async fn() {
    const owner = await ownerOf("sum", SUM);
    const execute = openExecute({ choice: "process", runner: undefined });
    const init = { method: "POST", body: JSON.stringify({ input: [20, 22] }) };
    const run = await (await execute.ask(owner, "/execute/agents/sum", init)).json();
    assert.deepEqual([run.status, run.output, run.engine], ["succeeded", 42, "process"]);
    assert.ok(run.layers.includes("permissions") && run.layers.includes("process"));
    assert.deepEqual([run.limits.cpu_ms, run.limits.wall_ms], [1_000, 10_000]);
    assert.ok(run.usage.wall_ms > 0 && run.usage.memory_bytes > 0);
    const ours = await sandboxes();
    assert.ok(ours.length > 0);
    await execute[Symbol.asyncDispose]();
    const left = await sandboxes();
    assert.deepEqual(ours.filter((pid) => left.includes(pid)), []);
  },
});

Deno.test({
  name: "execute runs agents on a runner where one is configured, and says where they ran",
  ignore: noRunner,
  async fn() {
    const owner = await ownerOf("sum", SUM);
    const { runner, engine } = await openRunner();
    await using _runner = runner;
    await using execute = openExecute(engine);
    const init = { method: "POST", body: JSON.stringify({ input: [20, 22] }) };
    const run = await (await execute.ask(owner, "/execute/agents/sum", init)).json();
    assert.deepEqual([run.status, run.output], ["succeeded", 42]);
    assert.equal(run.layers.at(-1), "runner");
  },
});

Deno.test({
  name: "a runner that is killed in the middle of a run loses the run, and a stream says so, once",
  ignore: noRunner,
  async fn() {
    const owner = await ownerOf("slow", SLOW);
    const { runner, engine } = await openRunner();
    await using _runner = runner;
    await using execute = openExecute(engine);
    const stream = await execute.ask(owner, "/execute/agents/slow", {
      method: "POST",
      body: "{}",
      headers: { accept: "text/event-stream" },
    });
    const id = stream.headers.get("location")?.split("/").at(-1);
    let text = "";
    let killed = Infinity;
    for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      if (killed === Infinity && text.includes("event: log")) {
        runner.kill();
        killed = performance.now();
      }
    }
    assert.ok(performance.now() - killed < 30_000);
    const events = eventsOf(text);
    assert.deepEqual(events.map(({ event }) => event), ["run.started", "log", "run.lost"]);
    const run = await (await execute.ask(owner, `/execute/runs/${id}`)).json();
    assert.deepEqual([run.status, run.error.kind, run.usage], ["lost", "lost", null]);
    assert.deepEqual(events.at(-1)?.data.error, run.error);
  },
});

Deno.test({
  name: "while no runner answers, nothing is started, and the caller is told when to try again",
  ignore: noRunner,
  async fn() {
    const owner = await ownerOf("sum", SUM);
    const { runner, engine } = await openRunner();
    await runner.stop();
    await using execute = openExecute(engine);
    const response = await execute.ask(owner, "/execute/agents/sum", {
      method: "POST",
      body: "{}",
    });
    const { code } = await response.json();
    assert.deepEqual([response.status, code], [503, "engine_unavailable"]);
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    const { data } = await (await as(owner)("GET", "/agents/sum/runs")).json();
    assert.deepEqual(data, []);
  },
});
