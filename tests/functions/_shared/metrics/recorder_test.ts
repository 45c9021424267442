import assert from "@std/assert";
import { PostgrestError } from "@supabase/supabase-js";
import * as z from "zod";
import { createBuffer, MAX_SERIES } from "../../../../supabase/functions/_shared/metrics/buffer.ts";
import { BOUNDS_S } from "../../../../supabase/functions/_shared/metrics/names.ts";
import { createMetrics } from "../../../../supabase/functions/_shared/metrics/recorder.ts";
import type { Reply } from "../../../../supabase/functions/_shared/db.ts";
import type { Service } from "../../../../supabase/functions/_shared/service.ts";

const Batch = z.object({
  id: z.uuid(),
  isolate: z.uuid(),
  series: z.array(z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    sums: z.array(z.number()),
  })),
  gauges: z.record(z.string(), z.number()),
});

const failed = (code: string, message: string): Reply<unknown> => ({
  data: null,
  error: new PostgrestError({ code, message, details: "", hint: "" }),
});

/** A recorder that writes when it is flushed, over a database that does as `answer` says. */
function recorder(answer: () => Reply<unknown> = () => ({ data: true, error: null })) {
  const batches: z.infer<typeof Batch>[] = [];
  const lines: string[] = [];
  const service: Service = (_name, args) => {
    batches.push(Batch.parse(JSON.parse("batch" in args ? String(args.batch) : "")));
    return Promise.resolve(answer());
  };
  const metrics = createMetrics({
    service,
    log: (_level, event) => lines.push(event),
    pause: (_ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
  });
  return { metrics, batches, lines };
}

Deno.test("a buffer counts equal series as one, and observes what is at most a bound in its bucket", () => {
  const buffer = createBuffer();
  buffer.count("a", { x: "1" }, 1);
  buffer.count("a", { x: "1" }, 2);
  for (const seconds of [0.005, 0.0051, 99_999]) buffer.observe("h", {}, seconds);
  const [a, h] = buffer.take();
  assert.deepEqual(a, { name: "a", labels: { x: "1" }, sums: [3] });
  assert.equal(h?.sums.length, BOUNDS_S.length + 2);
  assert.deepEqual([h?.sums[1], h?.sums[2], h?.sums.at(-1)], [1, 1, 1]);
  assert.equal(buffer.size(), 0);
});

Deno.test("a buffer keeps no more than 100 series of a metric apart, and loses no count", () => {
  const buffer = createBuffer();
  for (let i = 0; i < 5_000; i++) buffer.count("a", { x: `w${i}` }, 1);
  buffer.count("b", { x: 'quote"\n' }, 1);
  const series = buffer.take();
  assert.equal(series.filter(({ name }) => name === "a").length, MAX_SERIES + 1);
  assert.equal(series.reduce((sum, { sums: [count = 0] }) => sum + count, 0), 5_001);
  assert.deepEqual(series.find(({ name }) => name === "b")?.labels, { x: "other" });
});

Deno.test("a batch whose answer is lost is sent again as it was, with the id it had", async () => {
  let up = false;
  const { metrics, batches } = recorder(() =>
    up ? { data: true, error: null } : failed("", "fetch failed")
  );
  metrics.count("cloister_run_retries_total", {});
  await metrics.flush();
  metrics.count("cloister_run_retries_total", {});
  up = true;
  await metrics.flush();
  await metrics.flush();
  const [lost, again, next] = batches;
  assert.deepEqual(again, lost);
  assert.notEqual(next?.id, lost?.id);
  assert.deepEqual(next?.series.map(({ sums }) => sums), [[1]]);
  assert.equal(batches.length, 3);
});

Deno.test("a batch that the database refuses is given up, and told of in the log", async () => {
  const { metrics, batches, lines } = recorder(() => failed("PT400", "invalid_request"));
  metrics.count("cloister_run_retries_total", {});
  await metrics.flush();
  await metrics.flush();
  assert.equal(batches.length, 1);
  assert.deepEqual(lines, ["metrics_lost"]);
});

Deno.test("a batch says how it stands with the isolate, where that can be told", async () => {
  const { metrics, batches } = recorder();
  metrics.gauge(() => Promise.resolve({ cloister_pool_taken: 2 }));
  metrics.gauge(() => Promise.reject(new Error("no engine")));
  metrics.observe("cloister_run_cpu_seconds", { engine: "quickjs" }, 0.1);
  await metrics.flush();
  assert.deepEqual(batches[0]?.gauges, { cloister_pool_taken: 2 });
});

Deno.test("counting a request costs microseconds", async () => {
  const { metrics } = recorder();
  const labels = { function: "execute", status: "200" };
  const rounds = 50_000;
  const started = performance.now();
  for (let i = 0; i < rounds; i++) {
    metrics.count("cloister_requests_total", labels);
    metrics.observe("cloister_request_duration_seconds", { function: "execute" }, 0.03);
  }
  const microseconds = (performance.now() - started) * 1_000 / rounds;
  assert.ok(microseconds < 100, `${microseconds} µs a request`);
  await metrics.flush();
});
