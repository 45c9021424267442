import assert from "@std/assert";
import { PoolWatch } from "../../runner/watch.ts";
import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { spawnRunner } from "./spawn.ts";

const fail = (watch: PoolWatch, failures: number) =>
  watch.hear("sandbox_process_failed", { failures });

Deno.test("a pool that has not failed is ready, although nothing is alive", () => {
  assert.ok(new PoolWatch(true).ready());
});

Deno.test("a pool whose sandboxes fail again and again is not ready until one becomes warm", () => {
  const watch = new PoolWatch(true);
  const counts = { warm: 0, starting: 0, spawned: 0 };
  watch.counts = () => counts;
  watch.hear("wall_missing", { failures: 9 });
  assert.ok(watch.ready());
  for (const failures of [1, 2]) {
    counts.spawned++;
    fail(watch, failures);
    assert.ok(watch.ready());
  }
  counts.spawned++;
  fail(watch, 3);
  assert.ok(!watch.ready());
  counts.spawned++;
  counts.starting++;
  assert.ok(!watch.ready()); // one that only starts proves nothing
  counts.starting--;
  assert.ok(watch.ready()); // it was warm, and somebody has it
  counts.spawned++;
  fail(watch, 4);
  assert.ok(!watch.ready());
  counts.warm++;
  assert.ok(watch.ready());
});

Deno.test("a pool that keeps nothing warm is ready, since only who asks can wake it", () => {
  const watch = new PoolWatch(false);
  fail(watch, 3);
  assert.ok(watch.ready());
});

const absent = await absentBox("plain");
Deno.test({
  name: `GET /ready answers 200 at rest where nothing is kept warm${
    absent === undefined ? "" : ` (${absent})`
  }`,
  ignore: absent !== undefined,
  async fn() {
    await using runner = await spawnRunner({
      CLOISTER_RUNNER_ENGINE: "process",
      CLOISTER_RUNNER_WARM: "0",
    });
    const answer = await fetch(`${runner.url}/ready`);
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
    assert.equal(await runner.stop(), 0);
  },
});
