import assert from "@std/assert";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { Metrics } from "../../runner/metrics.ts";
import { SpentTokens } from "../../runner/replay.ts";
import { Floor } from "../../runner/runs/floor.ts";
import { type Door, openRun } from "../../runner/runs/open.ts";
import { NO_TRACER } from "../../supabase/functions/_shared/trace/tracer.ts";
import { stubEngine } from "./stub.ts";

const PATIENCE = { jobMs: 60_000, beatMs: 60_000, stallMs: 60_000, waitMs: 60_000, clients: 8 };
const DELIVERED = Promise.resolve();

/** A door to a stub for a run called `r`, whose token has no lifetime left as soon as it is used. */
function doorOf(metrics = new Metrics()) {
  const stub = stubEngine();
  const floor = new Floor(metrics, () => {});
  const pass = { run: "r", tenant: "ann", limits: DEFAULT_LIMITS, expiresMs: 0 };
  const door = {
    engine: stub,
    verify: () => Promise.resolve(pass),
    spent: new SpentTokens(8, () => 1),
    floor,
    metrics,
    tracer: NO_TRACER,
    bounds: PATIENCE,
  } satisfies Door;
  return { door, stub, floor };
}

function requestOf(): Request {
  const init = { method: "POST", body: new ReadableStream(), duplex: "half" } as const;
  return new Request("http://runner.test/runs", init);
}

Deno.test("openRun() refuses the run of a visit under way, although its token is forgotten", async () => {
  const { door, stub, floor } = doorOf();
  const answer = await openRun(door, requestOf(), DELIVERED);
  await assert.rejects(openRun(door, requestOf(), DELIVERED), { code: "token_replayed" });
  assert.equal(stub.taken(), 1);
  await answer.body?.cancel();
  await floor.drain(0);
});

Deno.test("openRun() gives the place back when the runner begins to drain as it is granted", async () => {
  const metrics = new Metrics();
  const { door, stub, floor } = doorOf(metrics);
  let waiting = 0;
  let drained: Promise<void> | undefined;
  Object.defineProperty(metrics, "waiting", {
    get: () => waiting,
    set(count: number) {
      if (count < waiting) drained = floor.drain(60_000);
      waiting = count;
    },
  });
  await assert.rejects(openRun(door, requestOf(), DELIVERED), { code: "draining" });
  assert.equal(stub.taken(), 0);
  assert.equal(metrics.inFlight, 0);
  await drained;
});
