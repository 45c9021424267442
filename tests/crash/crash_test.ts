import assert from "@std/assert";
import { type Person, person } from "../stack.ts";
import { assertNoneLost, assertWhole, untilIdle } from "./invariants.ts";
import { startLoad } from "./load.ts";
import { openWorld, type World } from "./world.ts";

/** How often something is killed: 100 is the proof, and takes some ten minutes. */
const CRASHES = Number(Deno.env.get("CLOISTER_CRASHES") ?? 4);
/** Where random moments begin, so that a run of this test can be had again. */
const SEED = Number(Deno.env.get("CLOISTER_SEED") ?? 1);
/** A silent executor is noticed after 20 s, and its run is tried again after 5 at the most. */
const PATIENCE_MS = 180_000;
const CALLERS = 4;

const SOURCE = `export default async ({ n }, agent) => {
  agent.log("at work", { n });
  await new Promise((resolve) => setTimeout(resolve, n % 5 * 40));
  return n;
};`;

Deno.test({
  name:
    "whatever is killed under load, no accepted run is lost or succeeds twice, no row is half written and every place is returned",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using world = await openWorld();
    const people = await peopleOf(world);
    await world.pull(await runnerKey(world));
    const load = startLoad(people, "worker");
    const chance = dice(SEED);
    for (let crash = 0; crash < CRASHES; crash++) {
      // Some runs between two crashes, and then any moment.
      await load.reached(load.accepted.size + CALLERS);
      await new Promise((resolve) => setTimeout(resolve, chance() * 400));
      const victim = world.victims[(crash + Math.floor(chance() * 2)) % world.victims.length];
      if (victim !== undefined) await world.kill(victim);
    }
    await load.stop();
    await untilIdle(world.sql, PATIENCE_MS);
    await assertNoneLost(world.sql, load);
    await assertWhole(world.sql);
    const [{ places } = { places: 0 }] = await world.sql<{ places: number }[]>`
      select max_concurrent_runs as places from app.settings`;
    for (const each of people) await assertPlacesFree(each, places);
  },
});

/** Users with an agent each, who may ask as much as they like. */
async function peopleOf({ stack, sql }: World): Promise<Person[]> {
  await sql`update app.settings set
    executes_per_minute = 100000, reads_per_minute = 100000, cpu_seconds_per_day = 86400`;
  const names = Array.from({ length: CALLERS }, (_, i) => `caller${i}`);
  return await Promise.all(names.map(async (name) => {
    const someone = await person(name, stack);
    const body = { name: "worker", source: SOURCE, language: "javascript" };
    const made = await someone.call("POST", "/agents", { body });
    assert.equal(made.status, 201, await made.text());
    return someone;
  }));
}

/** The key of a runner that an operator has enlisted. */
async function runnerKey({ stack, sql }: World): Promise<string> {
  const operator = await person("operator", stack);
  await sql`insert into app.user_roles (user_id, role) values (${operator.id}, 'admin')`;
  const made = await operator.call("POST", "/admin/runners", { body: { name: "puller" } });
  assert.equal(made.status, 201);
  return (await made.json()).key;
}

/** As many runs at once as a user may have: all of them begin. */
async function assertPlacesFree(someone: Person, places: number): Promise<void> {
  const runs = await Promise.all(Array.from({ length: places }, async () => {
    const body = { input: { n: 4 } };
    const response = await someone.call("POST", "/execute/agents/worker", { body });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text).status;
  }));
  assert.deepEqual(runs, Array(places).fill("succeeded"));
}

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
