import type { Engine, Job, Limits } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { type Canary, openCanary } from "./canary.ts";
import { judge, statusOf } from "./judge.ts";
import { measureRest, type Rest, returnTo } from "./oracles/rest.ts";
import { Watch } from "./oracles/watch.ts";
import type { Attack, Want } from "./program.ts";
import { makeTools } from "./tools.ts";

/** What became of an attack. It holds when there are no breaches. */
export interface Report {
  statuses: string[];
  breaches: string[];
  ms: number;
}

/** An engine under attack, and everything that watches it. */
export interface Range extends AsyncDisposable {
  readonly engine: Engine;
  attempt(attack: Attack): Promise<Report>;
}

/** Small, so that a suite of endless loops is quick. */
const SMALL = { cpuMs: 60, wallMs: 800 };
/** Enough time to reach a memory limit that is low, and to come back from it. */
const MEMORY = { cpuMs: 500, wallMs: 3_000, memoryBytes: 48 * 1024 * 1024 };
/** Honest programs may take their time on a busy machine. */
const HONEST = { cpuMs: 500 };
/** What the pool may grow by while a run goes on, beside what the run itself may take. */
const SPARE_BYTES = 320 * 1024 * 1024;

const NEVER = new AbortController().signal;

/** Lets an engine come to rest, so that afterwards everything that is more than this shows. */
export async function openRange(engine: Engine): Promise<Range> {
  const canary = await openCanary({ enter: true });
  await stillServes(engine);
  const rest = await measureRest();
  canary.touched();
  return {
    engine,
    attempt: (attack) => attempt(engine, attack, canary, rest),
    [Symbol.asyncDispose]: () => canary.close(),
  };
}

async function attempt(
  engine: Engine,
  attack: Attack,
  canary: Canary,
  rest: Rest,
): Promise<Report> {
  const started = performance.now();
  const watch = new Watch(rest.writers);
  const { tools, counted } = makeTools();
  const limits = limitsFor(engine, attack.want);
  const play = async (role: string) => {
    const input = JSON.stringify({ role });
    const job: Job = { program: canary.place(attack.source), input, tools, limits };
    const seen = await Array.fromAsync(engine.run(job, NEVER));
    return { job, seen, calls: counted.calls };
  };
  const played = await playRoles(attack.run, play);
  const { calls } = counted;
  const left = await returnTo(rest);
  const { breaches, peakBytes } = watch.close();
  const allowed = rest.rssBytes + limits.memoryBytes * played.length + SPARE_BYTES;
  return {
    statuses: played.map(({ seen }) => statusOf(seen)),
    breaches: [
      ...played.flatMap(({ job, seen }) => judge(attack.want, job, seen)),
      ...breaches,
      ...left,
      ...canary.touched(),
      canary.hits.splice(0).map((hit) => `egress ${hit}`),
      peakBytes > allowed ? [`its processes took ${peakBytes} bytes`] : [],
      counted.calls !== calls ? ["a tool was called after the end"] : [],
      counted.most > limits.toolConcurrency * played.length ? ["too many tools at once"] : [],
      await stillServes(engine) ? [] : ["the next run fails"],
    ].flat(),
    ms: Math.round(performance.now() - started),
  };
}

function limitsFor({ defaults }: Engine, want: Want): Limits {
  if (want === "ok") return { ...defaults, ...HONEST };
  if (want !== "memory") return { ...defaults, ...SMALL };
  return {
    ...defaults,
    ...MEMORY,
    memoryBytes: Math.min(MEMORY.memoryBytes, defaults.memoryBytes),
  };
}

async function playRoles<Played>(run: Attack["run"], play: (role: string) => Promise<Played>) {
  if (run === "once") return [await play("a")];
  if (run === "pair-par") return await Promise.all([play("a"), play("b")]);
  return [await play("a"), await play("b")];
}

async function stillServes(engine: Engine): Promise<boolean> {
  const program = "export default (input) => [input].map((n) => n + 1)";
  const limits = limitsFor(engine, "ok");
  for await (const event of engine.run({ program, input: "1", tools: {}, limits }, NEVER)) {
    if (event.type === "ending" && event.output === "[2]") return true;
  }
  return false;
}
