import assert from "@std/assert";
import {
  DEFAULT_LIMITS,
  type Ending,
  EngineBusy,
} from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { isShallow, MAX_JSON_DEPTH } from "../../../../supabase/functions/_shared/sandbox/depth.ts";
import { getImage } from "../../../../supabase/functions/_shared/sandbox/quickjs/image.ts";
import {
  Memories,
  PAGE_BYTES,
} from "../../../../supabase/functions/_shared/sandbox/metering/memories.ts";
import { Slots } from "../../../../supabase/functions/_shared/sandbox/host/slots.ts";
import { conformance } from "./conformance.ts";
import { makePlay, resultOf } from "./conformance/rig.ts";

const play = makePlay(quickJs);
const NEVER = new AbortController().signal;

conformance("quickjs", () => quickJs);

Deno.test("quickjs gives every memory back, however a run ends", async () => {
  const { memories } = await getImage();
  const programs = [
    "export default () => 1",
    "export default () => { for (;;) ; }",
    "export default () => { const a = []; for (;;) a.push(new Uint8Array(1e5)) }",
    "export default () => { const f = () => f() + 1; JSON.parse('['.repeat(1e5)) }",
    "export default () => new Promise((r) => setTimeout(r, 60_000))",
    "(",
  ];
  for (const program of programs) await play(program, { limits: { cpuMs: 40, wallMs: 60 } });
  assert.equal(memories.lent, 0);
});

Deno.test("quickjs lends only zeroed memory", async () => {
  const { memories } = await getImage();
  await play("export default () => 'tenant-secret'.repeat(200_000).length");
  const memory = memories.take();
  const bytes = new Uint8Array(memory.buffer);
  memories.give(memory);
  assert.ok(bytes.every((byte) => byte === 0));
});

Deno.test("quickjs holds its memory after forty memory bombs in a row", async () => {
  const before = Deno.memoryUsage().rss;
  const bomb =
    "export default () => { const a = []; for (;;) a.push(new Uint8Array(1e5).fill(1)) }";
  for (let run = 0; run < 40; run++) {
    assert.equal((await play(bomb)).ending.status, "out_of_memory");
  }
  const grown = Deno.memoryUsage().rss - before;
  assert.ok(grown < 160 * 1024 * 1024, `${grown} bytes more`);
});

Deno.test("quickjs runs two at once; the others wait in order, and waiting is not their time", async () => {
  const order: unknown[] = [];
  let underWay = 0;
  let most = 0;
  const tools = {
    work: async (input: unknown) => {
      order.push(input);
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 30));
      underWay--;
      return null;
    },
  };
  const program = "export default (input, agent) => agent.call('work', input)";
  const inputs = [1, 2, 3, 4, 5, 6];
  const started = performance.now();
  const played = await Promise.all(inputs.map((input) => play(program, { input, tools })));
  const elapsed = performance.now() - started;
  assert.deepEqual(order, inputs);
  assert.equal(most, 2);
  const spent = played.reduce((sum, { ending }) => sum + ending.usage.wallMs, 0);
  assert.ok(spent < elapsed * 2.5, `${spent} ms of two places in ${elapsed} ms`);
});

Deno.test("quickjs refuses runs when too many wait already, and recovers", async () => {
  const stop = new AbortController();
  const program = "export default () => new Promise((r) => setTimeout(r, 5_000))";
  const waiting = Array.from({ length: 10 }, () => play(program, { signal: stop.signal }));
  await assert.rejects(() => play(program), EngineBusy);
  stop.abort();
  const statuses = (await Promise.all(waiting)).map(({ ending }) => ending.status);
  assert.deepEqual(new Set(statuses), new Set(["cancelled"]));
  assert.equal(resultOf(await play("export default () => 1")), 1);
});

Deno.test("quickjs keeps what a slow reader has not read yet, and frees its place all the same", async () => {
  const job = play.job("export default () => { for (let i = 0; i < 100; i++) console.log(i) }");
  const slow = [quickJs.run(job, NEVER), quickJs.run(job, NEVER)].map((run) =>
    run[Symbol.asyncIterator]()
  );
  await Promise.all(slow.map((reader) => reader.next()));
  assert.equal(resultOf(await play("export default () => 1")), 1);
  for (const reader of slow) {
    let count = 1;
    let last: unknown;
    for (let step = await reader.next(); !step.done; step = await reader.next()) {
      last = step.value;
      count++;
    }
    assert.equal(count, 101);
    assert.ok(isEnding(last));
  }
});

Deno.test("quickjs needs no permission at all", async () => {
  const script = new URL("./permissionless.ts", import.meta.url).pathname;
  const config = new URL("../../../../deno.json", import.meta.url).pathname;
  const args = ["run", "--no-prompt", "--no-lock", "--no-check", "--config", config, script];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
    .output();
  assert.equal(code, 0);
  assert.equal(new TextDecoder().decode(stdout).trim(), "succeeded 42");
});

Deno.test("Memories exchange a grown memory, but never pile up those that were given up", () => {
  const memories = new Memories(1, 8);
  const all = new Set<WebAssembly.Memory>();
  for (let run = 0; run < 50; run++) {
    const memory = memories.take();
    all.add(memory);
    if (memory.buffer.byteLength < 4 * PAGE_BYTES) memory.grow(3);
    memories.give(memory);
  }
  assert.ok(all.size <= 3);
});

Deno.test("Slots give a free place to the first in the queue, never to one more than there are", async () => {
  const slots = new Slots(1, 10);
  const first = await slots.take("ann", NEVER);
  const second = slots.take("ann", NEVER);
  first?.();
  const third = slots.take("ann", NEVER);
  const admitted: string[] = [];
  const leaving = Promise.all([
    second.then((leave) => (admitted.push("second"), assert.equal(slots.taken, 1), leave?.())),
    third.then((leave) => (admitted.push("third"), assert.equal(slots.taken, 1), leave?.())),
  ]);
  await leaving;
  assert.deepEqual(admitted, ["second", "third"]);
  assert.equal(slots.taken, 0);
});

Deno.test("Slots forget who gives up while waiting", async () => {
  const slots = new Slots(1, 10);
  const leave = await slots.take("ann", NEVER);
  const stop = new AbortController();
  const waiting = slots.take("ann", stop.signal);
  stop.abort();
  assert.equal(await waiting, undefined);
  leave?.();
  assert.equal(slots.taken, 0);
});

Deno.test("isShallow() counts brackets, but not those inside of strings", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.ok(isShallow(nested(MAX_JSON_DEPTH)));
  assert.ok(!isShallow(nested(MAX_JSON_DEPTH + 1)));
  assert.ok(isShallow(JSON.stringify([nested(1_000), '"\\[', "\\".repeat(99)])));
  assert.ok(!isShallow('{"a\\"":'.repeat(300) + "1" + "}".repeat(300)));
});

Deno.test("DEFAULT_LIMITS are within the ceiling of quickjs", () => {
  const ceiling = new Map(Object.entries(quickJs.ceiling));
  for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
    assert.ok(value <= (ceiling.get(name) ?? 0), name);
  }
});

function isEnding(value: unknown): value is Ending {
  return typeof value === "object" && value !== null && "type" in value && value.type === "ending";
}

Deno.test("Slots give a free place to the tenant that holds the fewest", async () => {
  const slots = new Slots(2, 10);
  const never = new AbortController().signal;
  const first = await slots.take("greedy", never);
  await slots.take("greedy", never);
  const order: string[] = [];
  for (const tenant of ["greedy", "greedy", "modest"]) {
    slots.take(tenant, never).then(() => order.push(tenant));
  }
  first?.();
  first?.();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(order, ["modest"]);
  assert.equal(slots.taken, 2);
});

Deno.test("quickjs admits to a place that is given back once, with a run or without", async () => {
  const soon = new AbortController();
  const admit = (tenant: string) => {
    const claim = { run: crypto.randomUUID(), tenant, limits: DEFAULT_LIMITS };
    return quickJs.admit(claim, soon.signal);
  };
  const places = [await admit("ann"), await admit("ann")];
  const third = assert.rejects(admit("bob"), EngineBusy);
  soon.abort();
  await third;
  for (const place of places) place.leave();
  assert.equal((await play("export default () => 1")).ending.output, "1");
});

Deno.test("Slots let one tenant fill its share of the queue and no more", async () => {
  const slots = new Slots(1, 10, 2);
  const never = new AbortController().signal;
  await slots.take("greedy", never);
  slots.take("greedy", never);
  slots.take("greedy", never);
  await assert.rejects(() => slots.take("greedy", never), EngineBusy);
  const stop = new AbortController();
  const modest = slots.take("modest", stop.signal);
  stop.abort();
  assert.equal(await modest, undefined);
});
