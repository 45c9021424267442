import assert from "@std/assert";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { BOUNDS_S, isMetric, METRICS } from "../../../supabase/functions/_shared/metrics/names.ts";
import { createMetrics } from "../../../supabase/functions/_shared/metrics/recorder.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { createService } from "../../../supabase/functions/_shared/service.ts";
import { metrics } from "../../../supabase/functions/admin/metrics/routes.ts";
import { startCollector } from "../../fakes/collector.ts";
import { type Family, parsePrometheus } from "../../prometheus.ts";
import { person, testStack } from "../../stack.ts";
import { as, expect, newcomer, operator, plantKey, promise } from "./rig.ts";

const stack = testStack();
const CRON: string = JSON.parse(stack.env.SUPABASE_SECRET_KEYS ?? "{}").cron ?? "";

type Chief = Awaited<ReturnType<typeof newcomer>>;

/** All metrics, once they are as wanted. */
async function scrape(
  { ask }: Pick<Chief, "ask">,
  wanted: (families: Map<string, Family>) => boolean = () => true,
): Promise<Map<string, Family>> {
  for (const late = AbortSignal.timeout(10_000);;) {
    const { text } = await expect(ask("GET", "/admin/metrics"), 200);
    const families = parsePrometheus(text);
    if (wanted(families)) return families;
    assert.ok(!late.aborted, text);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The sum of a metric's samples that have these labels. */
function sumOf(families: Map<string, Family>, name: string, labels: Record<string, string> = {}) {
  const [family = name] = name.split(/_(?:bucket|sum|count)$/);
  const samples = families.get(family)?.samples ?? [];
  return samples.filter((sample) =>
    sample.name === name && Object.entries(labels).every(([key, it]) => sample.labels[key] === it)
  ).reduce((sum, { value }) => sum + value, 0);
}

promise(
  "GET /admin/metrics tells of runs and requests, in the text format of Prometheus",
  async () => {
    await using sql = operator();
    const chief = await newcomer(sql, "admin");
    const before = await scrape(chief);
    const ann = await person("ann");
    const secret = `agent-${crypto.randomUUID()}`;
    await ann.call("POST", "/agents", {
      body: { name: secret, source: "export default () => 1;" },
    });
    const ran = await ann.call("POST", `/execute/agents/${secret}`, { body: {} });
    assert.equal(ran.status, 200, await ran.text());
    const grown = (name: string, labels = {}) => (now: Map<string, Family>) =>
      sumOf(now, name, labels) > sumOf(before, name, labels);
    const after = await scrape(chief, (now) =>
      [
        grown("cloister_runs_total", { status: "succeeded" }),
        grown("cloister_run_duration_seconds_count"),
        grown("cloister_run_cpu_seconds_count"),
        grown("cloister_requests_total", { function: "execute", status: "200" }),
        grown("cloister_request_duration_seconds_count", { function: "agents" }),
        grown("cloister_limiter_decisions_total", { decision: "allowed" }),
      ].every((has) => has(now)));
    for (const [name, { type, help, samples }] of after) {
      assert.ok(isMetric(name), name);
      assert.deepEqual([type, help], [METRICS[name].type, METRICS[name].help]);
      for (const { labels: { le: _, ...labels } } of samples) {
        assert.deepEqual(Object.keys(labels).sort(), [...METRICS[name].labels].sort(), name);
      }
    }
    const gauges = Object.entries(METRICS).filter(([name, { type }]) =>
      type === "gauge" && !name.startsWith("cloister_pool_")
    );
    for (const [name] of gauges) assert.ok(after.has(name), name);
    const { text } = await expect(chief.ask("GET", "/admin/metrics"), 200);
    for (const it of [secret, ann.id, ann.address, chief.id]) assert.ok(!text.includes(it), it);
  },
);

promise(
  "metrics never go back, whatever becomes of the rows that they were counted from",
  async () => {
    await using sql = operator();
    const chief = await newcomer(sql, "admin");
    const ann = await person("ann");
    await ann.call("POST", "/agents", {
      body: { name: "brief", source: "export default () => 1;" },
    });
    const ran = await ann.call("POST", "/execute/agents/brief", { body: {} });
    assert.equal(ran.status, 200, await ran.text());
    const before = sumOf(await scrape(chief), "cloister_runs_total");
    await sql`delete from public.runs where owner_id = ${ann.id}`;
    await sql`select app.tidy_metrics()`;
    assert.ok(sumOf(await scrape(chief), "cloister_runs_total") >= before);
  },
);

promise("what many isolates count adds up, with batches that come twice counted once", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const serve = createService(readEnv(stack.env))();
  const tool = `test-${crypto.randomUUID()}`;
  const isolates = Array.from({ length: 5 }, () =>
    createMetrics({
      // The answer to every batch is lost, and it is sent again.
      service: async (name, args, signal) => {
        await serve(name, args, signal);
        return await serve(name, args, signal);
      },
      log: () => {},
    }));
  for (let i = 0; i < 100; i++) {
    isolates[i % 5]?.count("cloister_egress_denials_total", { tool, reason: "host_denied" });
  }
  await Promise.all([...isolates.map((it) => it.flush()), sql`select app.tidy_metrics()`]);
  assert.equal(sumOf(await scrape(chief), "cloister_egress_denials_total", { tool }), 100);
});

promise("an API key of metrics:read reads the metrics and nothing else", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { key } = await plantKey(sql, chief.id, ["metrics:read"]);
  const prometheus = as({ ...chief, token: key });
  await scrape({ ask: prometheus });
  for (const path of ["/admin/audit", "/admin/policy", "/admin/users"]) {
    await expect(prometheus("GET", path), 403, "forbidden");
  }
  const other = await newcomer(sql, "streamer");
  await expect(other.ask("GET", "/admin/metrics"), 403, "forbidden");
});

promise(
  "POST /admin/metrics/push sends the same to the collector, in its own protocol",
  async () => {
    await using collector = startCollector();
    const env = readEnv({
      ...stack.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: "always_off",
    });
    const app = createApp("admin", createPlatform("admin", env), metrics);
    const push = () =>
      app.request("/admin/metrics/push", { method: "POST", headers: { apikey: CRON } });
    assert.equal((await push()).status, 204);
    assert.deepEqual(collector.faults, []);
    const sent = collector.metrics.flatMap(({ resourceMetrics }) =>
      resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    );
    const names = sent.map(({ name }) => name);
    for (
      const name of ["cloister_requests_total", "cloister_queue_depth", "cloister_runs_running"]
    ) {
      assert.ok(names.includes(name), name);
    }
    collector.become("is down");
    const failed = await push();
    assert.deepEqual([failed.status, (await failed.json()).code], [503, "collector_unavailable"]);
  },
);

promise("the database observes with the same bounds", async () => {
  await using sql = operator();
  const [row] = await sql`select app.metric_bounds() as bounds`;
  assert.deepEqual(row?.bounds, [...BOUNDS_S]);
});
