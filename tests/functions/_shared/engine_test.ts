import assert from "@std/assert";
import { createHost, hostEngine } from "../../../supabase/functions/_shared/engine.ts";
import { Fault } from "../../../supabase/functions/_shared/fault.ts";
import { findEngine, findPlace } from "../../../supabase/functions/_shared/placement.ts";
import {
  DEFAULT_LIMITS,
  type Engine,
  EngineBusy,
  EngineUnavailable,
  LimitRefused,
} from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";

const CLAIM = { run: "r", tenant: "t", limits: DEFAULT_LIMITS };
const HOSTED = Deno.version.deno.startsWith("2.1.");

function refusing(cause: Error): Engine {
  return { ...quickJs, admit: () => Promise.reject(cause) };
}

/** What a caller is told of what an engine throws. */
async function told(cause: Error): Promise<[string, number | undefined]> {
  try {
    await findPlace(refusing(cause), CLAIM, new AbortController().signal);
  } catch (fault) {
    if (fault instanceof Fault) return [fault.code, fault.retryAfter];
  }
  return ["nothing", undefined];
}

Deno.test("hostEngine() is the engine that was chosen, and one for all who choose the same", async () => {
  const settings = { choice: "quickjs", runner: undefined } as const;
  const lines: string[] = [];
  const host = hostEngine(settings, (_level, event) => void lines.push(event));
  assert.equal(hostEngine({ ...settings }, () => {}), host);
  assert.deepEqual(lines, []);
  assert.equal(await host.ready(), quickJs);
  assert.equal(await host.ready(), quickJs);
  assert.deepEqual(lines, ["engine_started"]);
  assert.equal(await host.stats(), undefined);
});

Deno.test("hostEngine() takes no other engine when the one that was chosen is not there", async () => {
  const remote = hostEngine({ choice: "remote", runner: undefined }, () => {});
  await assert.rejects(remote.ready(), EngineUnavailable);
  if (!HOSTED) return;
  const process = hostEngine({ choice: "process", runner: undefined }, () => {});
  await assert.rejects(process.ready(), EngineUnavailable);
});

Deno.test({
  name:
    "hostEngine() chooses quickjs by itself where there are no processes, as on hosted Supabase",
  ignore: !HOSTED,
  async fn() {
    const host = hostEngine({ choice: "auto", runner: undefined }, () => {});
    assert.equal((await host.ready()).name, "quickjs");
  },
});

Deno.test("a host starts its engine once, however many ask, and again after a start that failed", async () => {
  let starts = 0;
  const host = createHost(() => {
    if (++starts === 1) return Promise.reject(new Error("not yet"));
    return Promise.resolve({ engine: quickJs });
  });
  const first = await Promise.allSettled([findEngine(host), findEngine(host)]);
  const codes = first.map((result) => result.status === "rejected" && result.reason.code);
  assert.deepEqual([starts, codes], [1, ["engine_unavailable", "engine_unavailable"]]);
  assert.deepEqual(await Promise.all([host.ready(), host.ready()]), [quickJs, quickJs]);
  assert.equal(starts, 2);
});

Deno.test("a host ends its engine when the isolate is taken down, and starts no other", async () => {
  const ended = Promise.withResolvers<void>();
  const end = () => Promise.resolve(ended.resolve());
  const host = createHost(() => Promise.resolve({ engine: quickJs, end }));
  await host.ready();
  dispatchEvent(new Event("beforeunload"));
  await ended.promise;
  await assert.rejects(host.ready(), EngineUnavailable);
});

Deno.test("findPlace() tells a busy engine from one that is not there, with when to try again", async () => {
  assert.deepEqual(await told(new EngineBusy("full")), ["engine_busy", 5]);
  assert.deepEqual(await told(new EngineBusy("full", 0.2)), ["engine_busy", 1]);
  assert.deepEqual(await told(new EngineBusy("full", 7)), ["engine_busy", 7]);
  assert.deepEqual(await told(new EngineBusy("full", 1e9)), ["engine_busy", 300]);
  assert.deepEqual(await told(new EngineBusy("full", NaN)), ["engine_busy", 5]);
  assert.deepEqual(await told(new EngineUnavailable("down")), ["engine_unavailable", 5]);
  assert.deepEqual(await told(new LimitRefused("cpuMs", 9, 1)), ["engine_unavailable", 5]);
  assert.deepEqual(await told(new Error("a bug")), ["nothing", undefined]);
});
