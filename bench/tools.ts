/**
 * What a tool call costs on its way across an engine's border and back, without any tool behind it.
 * A call's time is the one from the host's hearing of it to its hearing of the next, which the
 * program makes as soon as it is answered. Prints a table, and fails where p50 is above a millisecond
 * on `quickjs` or `process`.
 */
import { ANY_TOOL, type Engine, type Job } from "../supabase/functions/_shared/sandbox/engine.ts";
import { startProcessEngine } from "../supabase/functions/_shared/sandbox/process/engine.ts";
import { quickJs } from "../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createRemoteEngine } from "../supabase/functions/_shared/sandbox/remote/engine.ts";
import { authorize } from "../tests/runner/keys.ts";
import { spawnRunner } from "../tests/runner/spawn.ts";

const ROUNDS = 10;
const CALLS = 200;
const AT_ONCE = 8;
const MOST_MS = 1;

/** One after the other, each with the same argument, which comes back. */
const inTurn = (calls: number) =>
  `export default async (value, agent) => {
  for (let i = 0; i < ${calls}; i++) await agent.call("noop", value);
};`;
/** As many at once as may be. */
const TOGETHER = `export default async (value, agent) => {
  await Promise.all(Array.from({ length: ${CALLS} }, () => agent.call("noop", value)));
};`;
/** By a method that reads its answer, as agents call. */
const BY_METHOD = `export default async (_value, agent) => {
  for (let i = 0; i < ${CALLS}; i++) await (await agent.fetch("https://a.example/")).json();
};`;

const RESPONSE = {
  url: "https://a.example/",
  status: 200,
  headers: { "content-type": "application/json" },
  body: '{"a":1}',
  encoding: "utf8",
};

interface Times {
  p50: number;
  p95: number;
}

await using spawned = await startProcessEngine({ places: 2, warm: 2, log() {} });
await using forked = await startProcessEngine({ places: 2, warm: 2, start: "fork", log() {} });
await using runner = await spawnRunner({ CLOISTER_RUNNER_ENGINE: "process" });
const remote = createRemoteEngine({ url: runner.url, authorize });
const engines: [string, Engine][] = [
  ["quickjs", quickJs],
  ["process", spawned],
  ["process, forked", forked],
  ["remote, over loopback", remote],
];

console.log(`${ROUNDS} runs of ${CALLS} calls each, in ms a call unless it says otherwise\n`);
console.log(
  `| engine | no-op, p50 | no-op, p95 | 64 KB there and back, p50 | \`fetch\`, p50 | ${AT_ONCE} at once, calls/s |`,
);
console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
const slow: string[] = [];
for (const [name, engine] of engines) {
  await measure(engine, inTurn(CALLS), null); // what is compiled late is compiled now
  const noop = timesOf(await measure(engine, inTurn(CALLS), null));
  const large = timesOf(await measure(engine, inTurn(CALLS / 8), "x".repeat(64 * 1024)));
  const fetched = timesOf(await measure(engine, BY_METHOD, null));
  const gaps = await measure(engine, TOGETHER, null);
  const perSecond = 1_000 * gaps.length / gaps.reduce((sum, gap) => sum + gap, 0);
  const cells = [noop.p50, noop.p95, large.p50, fetched.p50].map((ms) => ms.toFixed(2));
  console.log(`| ${name} | ${cells.join(" | ")} | ${Math.round(perSecond)} |`);
  if (name !== "remote, over loopback" && noop.p50 > MOST_MS) slow.push(name);
}
if (slow.length > 0) {
  console.error(`\na no-op call takes longer than ${MOST_MS} ms on ${slow.join(" and ")}`);
  Deno.exitCode = 1;
}

/** The times between two calls that follow each other within a run, in milliseconds. */
async function measure(engine: Engine, program: string, input: unknown): Promise<number[]> {
  const gaps: number[] = [];
  const limits = { ...engine.defaults, toolCalls: CALLS, toolConcurrency: AT_ONCE, cpuMs: 500 };
  for (let round = 0; round < ROUNDS; round++) {
    let last: number | undefined;
    const tools: Job["tools"] = {
      [ANY_TOOL]: (args, _signal, name) => {
        const now = performance.now();
        if (last !== undefined) gaps.push(now - last);
        last = now;
        return Promise.resolve(name === "fetch" ? RESPONSE : args);
      },
    };
    const job = { program, input: JSON.stringify(input), tools, limits };
    for await (const event of engine.run(job, new AbortController().signal)) {
      if (event.type === "ending" && event.status !== "succeeded") {
        throw new Error(`${engine.name}: ${event.error?.message}`);
      }
    }
  }
  return gaps;
}

function timesOf(gaps: number[]): Times {
  const sorted = gaps.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
