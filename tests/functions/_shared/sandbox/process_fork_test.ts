import assert from "@std/assert";
import { EngineLost } from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { ZygoteSocket } from "../../../../supabase/functions/_shared/sandbox/process/zygote_socket.ts";
import { absentBox } from "./process/boxes.ts";
import {
  descendants,
  isAlive,
  jobOf,
  LOOP,
  ONE,
  playAs,
  SLEEP,
  startSmall,
  until,
} from "./process/rig.ts";

const box = "seccomp";
const absent = await absentBox(box, "fork");
const fork = { box, start: "fork", warm: 0 } as const;

/** A promise of forked processes: shown as ignored where none can be had. */
function promise(name: string, fn: () => Promise<void>): void {
  const ignore = absent !== undefined;
  Deno.test({ name: `forked process ${name}${ignore ? ` (${absent})` : ""}`, ignore, fn });
}

promise("tells its walls, the innermost first, and has no worker", async () => {
  await using engine = await startSmall(fork);
  const walls = ["realm", "permissions", "jitless", "process", "rlimits", "seccomp"];
  assert.deepEqual(engine.layers, walls);
});

promise("is used for one run", async () => {
  await using engine = await startSmall(fork);
  for (let run = 0; run < 4; run++) assert.equal((await playAs(engine, "ann", ONE)).output, "1");
  assert.ok(engine.stats().spawned >= 4);
  assert.equal(engine.stats().reused, 0);
});

promise("begins in a realm in which nobody has run, with its own random numbers", async () => {
  await using engine = await startSmall(fork);
  const program = "export default () => [globalThis.seen, globalThis.seen = 1, Math.random()]";
  const outputs = [];
  for (let run = 0; run < 3; run++) outputs.push((await playAs(engine, "ann", program)).output);
  assert.equal(new Set(outputs).size, 3);
  for (const output of outputs) assert.match(output ?? "", /^\[null,1,0\.\d+\]$/);
});

promise("is gone when its run's ending is told, whichever it is", async () => {
  await using engine = await startSmall({ ...fork, places: 1 });
  await playAs(engine, "ann", ONE);
  const idle = descendants().length;
  const cases = [[ONE, {}], [LOOP, { cpuMs: 50 }], [SLEEP, { wallMs: 50 }], ["(", {}]] as const;
  for (const [program, limits] of cases) {
    await playAs(engine, "ann", program, { limits });
    assert.equal(descendants().filter(isAlive).length, idle, program);
  }
});

promise("is gone 100 ms after its run was cancelled", async () => {
  await using engine = await startSmall({ ...fork, places: 1 });
  await playAs(engine, "ann", ONE);
  const idle = descendants().length;
  const latencies: number[] = [];
  for (const program of [LOOP, SLEEP, LOOP, SLEEP, LOOP, SLEEP]) {
    const stop = new AbortController();
    let aborted = 0;
    const job = jobOf(engine, program, { limits: { cpuMs: 30_000 } });
    for await (const event of engine.run(job, stop.signal)) {
      if (event.type === "ending") assert.equal(event.status, "cancelled");
      if (event.type !== "log") continue;
      aborted = performance.now();
      stop.abort();
    }
    assert.equal(descendants().filter(isAlive).length, idle);
    latencies.push(performance.now() - aborted);
  }
  // a busy machine may be late now and then, not half of the time
  const [, , median = Infinity] = latencies.toSorted((a, b) => a - b);
  assert.ok(median < 100, latencies.map(Math.round).join());
});

promise("is replaced with a new one when what it was forked from has died", async () => {
  await using engine = await startSmall(fork);
  await playAs(engine, "ann", ONE);
  const [zygote] = descendants();
  assert.ok(zygote);
  const running = playAs(engine, "ann", SLEEP);
  await until("a run is under way", () => engine.stats().runs === 2);
  Deno.kill(zygote, "SIGKILL");
  assert.notEqual((await running).status, "succeeded");
  assert.equal((await playAs(engine, "ann", ONE)).output, "1");
});

promise("is ended with what it was forked from when the engine is disposed of", async () => {
  const engine = await startSmall(fork);
  const running = assert.rejects(playAs(engine, "ann", SLEEP), EngineLost);
  await until("a run is under way", () => engine.stats().runs === 1);
  await engine[Symbol.asyncDispose]();
  await running;
  assert.deepEqual(descendants().filter(isAlive), []);
});

promise("holds its connection, its standard error and no other handle", async () => {
  await using engine = await startSmall({ ...fork, places: 3, warm: 2 });
  await until("two are warm", () => engine.stats().warm === 2);
  const stop = new AbortController();
  const running = playAs(engine, "ann", SLEEP, { signal: stop.signal });
  await until("one more runs", () => engine.stats().runs === 1 && engine.stats().warm === 2);
  const children = descendants().filter((pid) => descendants(pid).length === 0).map(handlesOf);
  stop.abort();
  await running;
  assert.equal(children.length, 3);
  for (const handles of children) {
    const { 0: connection = "" } = handles;
    assert.match(connection, /^socket:/);
    assert.deepEqual(handles, { 0: connection, 1: connection, 2: "/dev/null" });
  }
  assert.equal(new Set(children.map((handles) => handles[0])).size, 3);
});

promise("is kept alive for the same tenant and program only", async () => {
  await using engine = await startSmall({ ...fork, keepAlive: { runs: 10, idleMs: 60_000 } });
  const count = "let runs = 0; export default () => [++runs, globalThis.old, globalThis.old = 1]";
  for (let run = 0; run < 3; run++) {
    assert.equal((await playAs(engine, "ann", count)).output, "[1,null,1]");
  }
  assert.equal(engine.stats().reused, 2);
  await playAs(engine, "bob", count);
  await playAs(engine, "ann", ONE);
  assert.equal(engine.stats().reused, 2);
});

/** What a process holds open, by the numbers of its handles. */
function handlesOf(pid: number): Record<string, string> {
  const folder = `/proc/${pid}/fd`;
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, Deno.readLinkSync(`${folder}/${name}`)]));
}

Deno.test({
  name: "ZygoteSocket lets nobody in who was not expected, and nobody twice",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using socket = new ZygoteSocket(undefined);
    const expected = socket.expect("expected");
    const say = async (text: string) => {
      const path = `${socket.folder}/zygote`;
      const connection = await Deno.connect({ transport: "unix", path });
      await connection.write(new TextEncoder().encode(text));
      return connection;
    };
    const strangers = ['["stranger",1]\n', "{}\n", "x".repeat(300), '["expected","1"]\n', "\n"];
    for (const text of strangers) {
      using connection = await say(text);
      assert.equal(await connection.read(new Uint8Array(1)).catch(() => null), null, text);
    }
    using _child = await say('["expected",7]\nhello');
    const met = await expected;
    assert.equal(met?.pid, 7);
    using twice = await say('["expected",8]\n');
    assert.equal(await twice.read(new Uint8Array(1)).catch(() => null), null);
    for await (const chunk of met?.output ?? []) {
      assert.equal(new TextDecoder().decode(chunk), "hello");
      break;
    }
    await met?.input.close().catch(() => {});
  },
});

Deno.test({
  name: "ZygoteSocket sends away who has not said yet who it is, when it is disposed of",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const socket = new ZygoteSocket(undefined);
    const path = `${socket.folder}/zygote`;
    const connect = () => Deno.connect({ transport: "unix", path });
    using silent = await connect();
    // who comes later is met later: when this one is refused, the other one has been let in
    using stranger = await connect();
    await stranger.write(new TextEncoder().encode("{}\n"));
    assert.equal(await stranger.read(new Uint8Array(1)), null);
    const sentAway = silent.read(new Uint8Array(1)).catch(() => null);
    await socket[Symbol.asyncDispose]();
    const late = Promise.withResolvers<string>();
    const bell = setTimeout(() => late.resolve("still there"), 1_000);
    assert.equal(await Promise.race([sentAway, late.promise]), null);
    clearTimeout(bell);
  },
});
