import assert from "@std/assert";
import { PROGRAM_KINDS } from "./process/kinds.ts";
import { absentBox } from "./process/boxes.ts";
import { descendants, playAs, startSmall } from "./process/rig.ts";

/** CLOISTER_LEAK_RUNS=10000 is the long version. */
const RUNS = Deno.env.get("CLOISTER_LEAK_RUNS");
const MOST_GROWTH_BYTES = 64 * 1024 * 1024;
const WARM_UP = 100;
const AT_ONCE = 2;

const WAYS = [["plain", "spawn", 250], ["seccomp", "fork", 1_500]] as const;

for (const [box, start, few] of WAYS) {
  const reason = await absentBox(box, start);
  const runs = Number(RUNS ?? few);
  const name = `process by ${start} leaks no process, no file and no memory in ${runs} runs`;
  Deno.test({
    name: reason === undefined ? name : `${name} (${reason})`,
    ignore: reason !== undefined,
    fn: async () => {
      await using engine = await startSmall({ places: AT_ONCE, warm: 2, box, start });
      await playMany(engine, WARM_UP);
      const before = await look(engine);
      await playMany(engine, runs);
      const after = await look(engine);
      assert.ok(after.processes <= before.processes, `${after.processes} processes`);
      assert.ok(after.files <= before.files, `${after.files} files, ${before.files} before`);
      const grown = after.bytes - before.bytes;
      assert.ok(grown < MOST_GROWTH_BYTES, `${grown} bytes more`);
    },
  });
}

type Engine = Awaited<ReturnType<typeof startSmall>>;

/** Mostly good runs; every tenth ends in one of the other ways. */
async function playMany(engine: Engine, runs: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let run = next++; run < runs; run = next++) {
      const [program, limits] = PROGRAM_KINDS[run % PROGRAM_KINDS.length] ?? ["", {}];
      await playAs(engine, `tenant ${run % 7}`, program, { limits });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** The engine at rest: everything that is to be warm is, and nothing else is there. */
async function look(engine: Engine) {
  while (engine.stats().warm < 2 || engine.stats().starting > 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    processes: descendants().length,
    files: [...Deno.readDirSync("/proc/self/fd")].length,
    bytes: Deno.memoryUsage().rss,
  };
}
