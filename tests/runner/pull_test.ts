import assert from "@std/assert";
import * as z from "zod";
import { DONE, type PullStack, pullStack } from "./pulling.ts";
import { type Spawned, spawnRunner } from "./spawn.ts";

let stack: PullStack;
Deno.test.beforeAll(async () => {
  stack = await pullStack();
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** The stack and its functions are there before a test and after it. */
function promise(name: string, keep: () => Promise<void>): void {
  Deno.test({ name, fn: keep, sanitizeOps: false, sanitizeResources: false });
}

/** A runner that pulls, once it has asked for a run. */
async function spawn(key: string, env: Record<string, string> = {}): Promise<Spawned> {
  const runner = await spawnRunner({
    CLOISTER_URL: stack.url,
    CLOISTER_RUNNER_PULL_KEY: key,
    CLOISTER_RUNNER_PULL_PLACES: "2",
    ...env,
  });
  await seen(runner, key.split("_")[2] ?? "");
  return runner;
}

/** Settles when it has asked for a run: from then on no isolate takes any. */
async function seen(runner: Spawned, publicId: string): Promise<void> {
  for (;;) {
    const [row] = await stack.sql`
      select last_seen_at from public.runners
      where public_id = ${publicId} and last_seen_at > now() - interval '5 seconds'`;
    if (row !== undefined) return;
    if (runner.lines.some((line) => line.includes("pull_failed"))) throw new Error("it does not");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const Line = z.looseObject({ event: z.string(), status: z.string().optional() });

function runsOf({ lines }: Spawned): string[] {
  return lines.map((line) => Line.parse(JSON.parse(line)))
    .flatMap(({ event, run }) => event === "run" ? [String(run)] : []);
}

promise(
  "two runners share the queue: each run is executed once, and its tools are reached",
  async () => {
    const [a, b] = [await stack.enlist("a"), await stack.enlist("b")];
    await using one = await spawn(a.key);
    await using two = await spawn(b.key);
    const source = `export default async (n, agent) => {
    await agent.files.append("runs.txt", n + "\\n");
    await new Promise((done) => setTimeout(done, 400));
    return n * 2;
  };`;
    await stack.agent("shared", source, { files: {} });
    const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => stack.queue("shared", n)));
    const runs = await Promise.all(
      ids.map((id) => stack.until(id, ({ status }) => status !== "queued" && status !== "running")),
    );
    assert.deepEqual(
      runs.map(({ status, output, attempt }) => [status, output, attempt]),
      ids.map((_, n) => ["succeeded", n * 2, 1]),
    );
    assert.deepEqual(await stack.events(ids[0] ?? ""), [
      "run.queued",
      "run.started",
      "tool.call",
      "tool.result",
      "run.succeeded",
    ]);
    const file = await stack.owner.call("GET", "/agents/shared/files/runs.txt");
    const lines = (await file.text()).trim().split("\n").map(Number).sort((x, y) => x - y);
    assert.deepEqual(lines, ids.map((_, n) => n), "nothing ran twice");
    await Promise.all([one.stop(), two.stop()]);
    const done = [runsOf(one), runsOf(two)];
    assert.deepEqual(done.flat().sort(), [...ids].sort());
    assert.ok(done.every(({ length }) => length > 0), `${done.map(({ length }) => length)}`);
    const written = [...one.lines, ...two.lines, ...stack.logged].join("\n");
    for (const { key } of [a, b]) {
      assert.ok(
        !written.includes(key) && !written.includes(key.split("_")[3] ?? key),
        "no log has a key",
      );
    }
  },
);

promise(
  "a runner that is killed in the middle of a run: another begins it anew, and it succeeds once",
  async () => {
    const [a, b] = [await stack.enlist(), await stack.enlist()];
    const first = await spawn(a.key);
    await stack.agent(
      "slow",
      "export default async () => { await new Promise((done) => setTimeout(done, 1500)); return 1; };",
    );
    const id = await stack.queue("slow");
    await stack.until(id, ({ status }) => status === "running");
    first.kill();
    await using _first = first;
    await using _second = await spawn(b.key);
    await stack.miss();
    const run = await stack.until(id, ({ status }) => status === "succeeded");
    assert.equal(run.attempt, 2);
    assert.deepEqual(await stack.events(id), [
      "run.queued",
      "run.started",
      "run.queued",
      "run.started",
      "run.succeeded",
    ]);
  },
);

promise(
  "a runner that is stopped lets its run end in time, and gives it back after that, uncancelled",
  async () => {
    const { key } = await stack.enlist();
    await using patient = await spawn(key);
    const ends = await stack.queue("slow");
    await stack.until(ends, ({ status }) => status === "running");
    assert.equal(await patient.stop(), 0);
    assert.equal((await stack.until(ends, () => true)).status, "succeeded");
    await using hurried = await spawn(key, { CLOISTER_RUNNER_DRAIN_MS: "0" });
    const id = await stack.queue("slow");
    await stack.until(id, ({ status }) => status === "running");
    assert.equal(await hurried.stop(), 0);
    const left = await stack.until(id, () => true);
    assert.deepEqual([left.status, left.attempt], ["queued", 2]);
    await stack.miss();
    const given = await stack.take(key);
    assert.equal(given.run, id);
    await stack.begin(key, given);
    const settled = await stack.say(key, `/${id}/settle`, {
      token: given.token,
      ending: DONE,
      events: [],
    });
    assert.equal(settled.status, 200);
  },
);
