import assert from "@std/assert";
import {
  EngineBusy,
  EngineLost,
  EngineUnavailable,
} from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { BOXES } from "../../../../supabase/functions/_shared/sandbox/process/box.ts";
import { startProcessEngine } from "../../../../supabase/functions/_shared/sandbox/process/engine.ts";
import { absentBox } from "./process/boxes.ts";
import {
  descendants,
  endingOf,
  isAlive,
  jobOf,
  LOOP,
  NEVER,
  ONE,
  playAs,
  SLEEP,
  startSmall,
  until,
} from "./process/rig.ts";

const absent = await absentBox("plain");

/** A promise of the pool: it is shown as ignored where no sandbox process starts at all. */
function promise(name: string, fn: () => Promise<void>): void {
  const ignore = absent !== undefined;
  Deno.test({ name: ignore ? `process ${name} (${absent})` : `process ${name}`, ignore, fn });
}

promise("uses no child for a second run", async () => {
  await using engine = await startSmall();
  for (let run = 0; run < 4; run++) await playAs(engine, "ann", ONE);
  const { runs, reused, spawned } = engine.stats();
  assert.deepEqual([runs, reused], [4, 0]);
  assert.ok(spawned >= 4);
});

promise("tells its walls, the innermost first", async () => {
  await using engine = await startSmall({ box: "plain" });
  const place = await engine.admit({ run: "1", tenant: "ann", limits: engine.defaults }, NEVER);
  assert.deepEqual(place.layers, engine.layers);
  assert.deepEqual(engine.layers.slice(0, 5), [
    ...["realm", "worker", "permissions", "jitless", "process"],
  ]);
  place.leave();
  await using faster = await startSmall({ box: "plain", jit: true });
  assert.ok(!faster.layers.includes("jitless"));
  assert.equal((await playAs(faster, "ann", ONE)).output, "1");
});

promise("says loudly that there is no box", async () => {
  const said: string[] = [];
  await using _engine = await startSmall({ box: "plain", log: (event) => said.push(event) });
  assert.ok(said.includes("sandbox_unboxed"));
});

promise("gives a warm child back that was admitted and not used", async () => {
  await using engine = await startSmall({ places: 1 });
  const claim = { run: "1", tenant: "ann", limits: engine.defaults };
  const place = await engine.admit(claim, NEVER);
  const hurry = new AbortController();
  const second = assert.rejects(engine.admit(claim, hurry.signal), EngineBusy);
  hurry.abort();
  await second;
  const { spawned } = engine.stats();
  place.leave();
  place.leave();
  assert.equal(engine.stats().taken, 0);
  assert.ok(engine.stats().warm >= 1);
  assert.equal((await playAs(engine, "ann", ONE)).output, "1");
  assert.ok(engine.stats().spawned <= spawned + 2);
});

for (const warm of [0, 1, 2]) {
  promise(`lets as many places be held as there are, with ${warm} warm`, async () => {
    await using engine = await startSmall({ places: 6, warm });
    const claim = { tenant: "ann", limits: engine.defaults };
    const signal = AbortSignal.timeout(20_000);
    const admitting = ["1", "2", "3", "4", "5", "6"].map((run) =>
      engine.admit({ run, ...claim }, signal)
    );
    const places = await Promise.all(admitting);
    assert.equal(engine.stats().taken, 6);
    for (const place of places) place.leave();
    assert.equal((await playAs(engine, "ann", ONE)).output, "1");
  });
}

promise("replaces a child that dies while it is warm", async () => {
  await using engine = await startSmall({ box: "plain" });
  await until("a warm child", () => engine.stats().warm === 1);
  for (const pid of descendants()) Deno.kill(pid, "SIGKILL");
  await until("its death is noticed", () => engine.stats().died === 1);
  await until("another one is warm", () => engine.stats().warm === 1);
  assert.equal((await playAs(engine, "ann", ONE)).output, "1");
});

promise("takes another child when the admitted one has died", async () => {
  await using engine = await startSmall({ box: "plain" });
  await until("a warm child", () => engine.stats().warm === 1);
  const limits = engine.defaults;
  const place = await engine.admit({ run: "1", tenant: "ann", limits }, NEVER);
  for (const pid of descendants()) Deno.kill(pid, "SIGKILL");
  await until("its death is noticed", () => engine.stats().alive === 0);
  const seen = await Array.fromAsync(place.run(jobOf(engine, ONE), NEVER));
  assert.equal(endingOf(seen).output, "1");
});

promise("leaves nothing of a run alive when it tells its ending", async () => {
  await using engine = await startSmall({ places: 1, warm: 0 });
  const cases = [[ONE, {}], [LOOP, { cpuMs: 50 }], [SLEEP, { wallMs: 50 }], ["(", {}]] as const;
  for (const [program, limits] of cases) {
    await playAs(engine, "ann", program, { limits });
    assert.deepEqual(descendants(), [], program);
  }
});

promise("has no process left 100 ms after a run was cancelled", async () => {
  await using engine = await startSmall({ places: 1, warm: 0 });
  const latencies: number[] = [];
  for (const program of [LOOP, SLEEP, LOOP, SLEEP, LOOP, SLEEP]) {
    const stop = new AbortController();
    let aborted = 0;
    const limits = { cpuMs: 30_000 };
    for await (const event of engine.run(jobOf(engine, program, { limits }), stop.signal)) {
      if (event.type === "ending") assert.equal(event.status, "cancelled");
      if (event.type !== "log") continue;
      aborted = performance.now();
      stop.abort();
    }
    assert.deepEqual(descendants(), []);
    latencies.push(performance.now() - aborted);
  }
  // a busy machine may be late now and then, not half of the time
  const [, , median = Infinity] = latencies.toSorted((a, b) => a - b);
  assert.ok(median < 100, latencies.map(Math.round).join());
});

const waysToDie = [
  ...BOXES.map((box) => [box, "spawn"] as const),
  ["bubblewrap", "fork"] as const,
  ["seccomp", "fork"] as const,
];
for (const [box, start] of waysToDie) {
  const reason = await absentBox(box, start);
  const name =
    `process in ${box} by ${start} takes its children along when the supervisor is killed`;
  Deno.test({
    name: reason === undefined ? name : `${name} (${reason})`,
    ignore: reason !== undefined,
    fn: async () => {
      const script = new URL("./process/doomed.ts", import.meta.url).pathname;
      const config = new URL("../../../../deno.json", import.meta.url).pathname;
      const args = ["run", "-A", "--no-lock", "--no-check", "--config", config, script, box, start];
      const supervisor = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
      const reader = supervisor.stdout.getReader();
      const { value } = await reader.read();
      const pids: number[] = JSON.parse(new TextDecoder().decode(value));
      assert.ok(pids.length > 0 && pids.every(isAlive));
      supervisor.kill("SIGKILL");
      await supervisor.status;
      await reader.cancel();
      await until("all of them are gone", () => !pids.some(isAlive));
    },
  });
}

promise("ends every process that it started when it is disposed of, under way or not", async () => {
  const engine = await startSmall({ warm: 2 });
  const running = assert.rejects(playAs(engine, "ann", SLEEP), EngineLost);
  await until("a run is under way", () => engine.stats().runs === 1);
  await engine[Symbol.asyncDispose]();
  assert.deepEqual(descendants(), []);
  assert.equal(engine.stats().alive, 0);
  await running;
  await assert.rejects(playAs(engine, "ann", ONE), EngineUnavailable);
});

promise("takes the next box where bubblewrap is missing, and none that was not named", async () => {
  const bubblewrap = "/nowhere/bwrap";
  await assert.rejects(startSmall({ box: "bubblewrap", bubblewrap }), EngineUnavailable);
  await using engine = await startSmall({ bubblewrap });
  assert.ok(!engine.layers.includes("bubblewrap"));
  assert.equal((await playAs(engine, "ann", ONE)).output, "1");
});

promise("lets an operator lower the ceiling, and never raise it", async () => {
  await using engine = await startSmall({ ceiling: { cpuMs: 200, wallMs: 9_000 } });
  assert.deepEqual([engine.defaults.cpuMs, engine.defaults.wallMs], [200, 9_000]);
  assert.equal((await playAs(engine, "ann", LOOP)).error?.kind, "cpu_limit");
  await assert.rejects(startProcessEngine({ ceiling: { cpuMs: 1e9 } }), { name: "LimitRefused" });
});

const KEEP = { runs: 3, idleMs: 60_000 };
const MARK =
  "export default () => { const was = globalThis.mark ?? 0; globalThis.mark = 1; return was }";

promise("keeps a child alive for the same tenant and program only, in a fresh realm", async () => {
  await using engine = await startSmall({ places: 4, keepAlive: KEEP });
  const reused = async (tenant: string, program: string) => {
    const before = engine.stats().reused;
    const ending = await playAs(engine, tenant, program);
    assert.equal(ending.output, "0");
    return engine.stats().reused - before;
  };
  assert.equal(await reused("ann", MARK), 0);
  assert.equal(await reused("ann", MARK), 1);
  assert.equal(await reused("bob", MARK), 0);
  assert.equal(await reused("ann", `${MARK} `), 0);
  assert.equal(await reused("ann", MARK), 1);
  assert.equal(await reused("ann", MARK), 0, "three runs are the most of one child");
  const { output } = endingOf(await Array.fromAsync(engine.run(jobOf(engine, MARK), NEVER)));
  assert.equal(output, "0");
  assert.equal(engine.stats().reused, 2, "who is nobody's gets no kept child");
});

promise("keeps no child whose run did not succeed, or that left something behind", async () => {
  await using engine = await startSmall({ keepAlive: KEEP });
  const left = "export default () => { Promise.resolve().then(() => { for (;;) ; }); return 1 }";
  const programs = ["export default () => { throw 1 }", LOOP, "(", left];
  for (const program of programs) {
    await playAs(engine, "ann", program, { limits: { cpuMs: 50 } });
    assert.equal(engine.stats().resting, 0, program);
  }
});

promise("keeps what a kept child had left behind from the next run", async () => {
  await using engine = await startSmall({ keepAlive: KEEP });
  const program = `export default (input, agent) => {
    if (input === 1) setInterval(() => agent.output("stale"), 1);
    return new Promise((resolve) => setTimeout(() => resolve(input), 20));
  }`;
  const limits = { events: 1_000 };
  assert.equal((await playAs(engine, "ann", program, { input: 1, limits })).output, "1");
  const job = jobOf(engine, program, { input: 2, limits });
  const place = await engine.admit({ run: "2", tenant: "ann", limits: job.limits }, NEVER);
  const seen = await Array.fromAsync(place.run(job, NEVER));
  assert.equal(engine.stats().reused, 1);
  assert.deepEqual(seen.map((event) => event.type), ["ending"]);
});

promise("keeps no child that waits for a tool", async () => {
  await using engine = await startSmall({ keepAlive: KEEP });
  const program = "export default (_input, agent) => { agent.call('slow'); return 1 }";
  const tools = { slow: () => new Promise(() => {}) };
  assert.equal((await playAs(engine, "ann", program, { tools })).output, "1");
  assert.equal(engine.stats().resting, 0);
});

promise("keeps no child that the kernel would end under its next run", async () => {
  const keepAlive = { runs: 100, idleMs: 60_000 };
  const ceiling = { cpuMs: 1_000 };
  await using engine = await startSmall({ warm: 0, keepAlive, ceiling });
  const program =
    "export default () => { const end = Date.now() + 200; while (Date.now() < end) ; }";
  for (let run = 0; run < 25; run++) {
    const { status, error } = await playAs(engine, "ann", program);
    assert.equal(status, "succeeded", `run ${run}: ${error?.kind}`);
  }
  assert.ok(engine.stats().reused > 0);
});

const waysToStart = [["plain", "spawn"], ["seccomp", "fork"]] as const;
for (const [box, start] of waysToStart) {
  const reason = await absentBox(box, start);
  const name = `process kept alive by ${start} drops what tools answer after their run`;
  Deno.test({
    name: reason === undefined ? name : `${name} (${reason})`,
    ignore: reason !== undefined,
    fn: async () => {
      const keepAlive = { runs: 1_000, idleMs: 60_000 };
      await using engine = await startSmall({ box, start, keepAlive });
      const program = `export default async (input, agent) => {
        agent.call("late", input);
        for (let turn = 0; turn < input % 7; turn++) await agent.call("soon");
        return input;
      }`;
      const tools = {
        late: (input: unknown) =>
          new Promise((resolve) => setTimeout(resolve, Number(input) % 3, input)),
        soon: () => Promise.resolve(null),
      };
      for (let input = 0; input < 100; input++) {
        const { status, output, error } = await playAs(engine, "ann", program, { input, tools });
        assert.equal(status, "succeeded", `run ${input}: ${error?.kind}`);
        assert.equal(output, `${input}`);
      }
      assert.ok(engine.stats().reused > 0);
    },
  });
}

promise("ends a kept child when nobody has come back in time", async () => {
  await using engine = await startSmall({ warm: 0, keepAlive: { runs: 10, idleMs: 30 } });
  await playAs(engine, "ann", ONE);
  await until("it is gone", () => engine.stats().resting === 0 && descendants().length === 0);
});
