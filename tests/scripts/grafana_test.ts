import assert from "@std/assert";
import * as z from "zod";
import { Metrics } from "../../runner/metrics.ts";
import { isMetric, METRICS } from "../../supabase/functions/_shared/metrics/names.ts";
import { parsePrometheus } from "../prometheus.ts";

const DASHBOARD = new URL("../../docs/grafana/cloister.json", import.meta.url);

const Panel = z.object({
  id: z.int(),
  type: z.enum(["row", "timeseries", "stat"]),
  title: z.string().min(1),
  gridPos: z.object({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string().min(1) })).optional(),
});

const Dashboard = z.object({
  uid: z.literal("cloister"),
  title: z.string(),
  schemaVersion: z.int(),
  panels: z.array(Panel),
});

/** What a runner counts: every metric that its text may tell of, and the labels of each. */
function runnerMetrics(): Map<string, readonly string[]> {
  const metrics = new Metrics();
  metrics.ended("succeeded", 5);
  metrics.refused("runner_full");
  metrics.pulled("run");
  metrics.traced("exported", 1);
  const figures = { places: 2, taken: 1, warm: 1, spawned: 1, died: 0, reused: 0 };
  const families = parsePrometheus(metrics.text(figures, false));
  return new Map(
    [...families].map(([name, { samples }]) => [name, Object.keys(samples[0]?.labels ?? {})]),
  );
}

/** The name without what a histogram's samples have behind it. */
function familyOf(name: string, known: (name: string) => boolean): string {
  return known(name) ? name : name.replace(/_(?:bucket|sum|count)$/, "");
}

Deno.test("the dashboard's file asks for metrics that there are, by labels that they have", async () => {
  const { panels } = Dashboard.parse(JSON.parse(await Deno.readTextFile(DASHBOARD)));
  const runner = runnerMetrics();
  const known = (name: string) => isMetric(name) || runner.has(name);
  const asked = new Set<string>();
  for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
    const names = [...expr.matchAll(/\bcloister_\w+/g)].map(([name]) => familyOf(name, known));
    assert.equal(names.length, 1, expr);
    const [name = ""] = names;
    assert.ok(known(name), `${name} in ${expr}`);
    asked.add(name);
    const { type, labels } = isMetric(name)
      ? METRICS[name]
      : { type: undefined, labels: runner.get(name) ?? [] };
    const [, by = ""] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
    const [, chosen = ""] = /\{([^}]*)\}/.exec(expr) ?? [];
    const used = [
      ...by.split(",").map((label) => label.trim()),
      ...[...chosen.matchAll(/(\w+)\s*=~?/g)].map(([, label = ""]) => label),
    ].filter((label) => label !== "" && label !== "le");
    for (const label of used) assert.ok([...labels].includes(label), `${label} in ${expr}`);
    if (type === "counter") assert.match(expr, /\b(?:rate|increase)\(/, expr);
  }
  for (const name of Object.keys(METRICS)) assert.ok(asked.has(name), `${name} is on no panel`);
});

Deno.test("the dashboard's panels lie beside each other, each with an id of its own", async () => {
  const { panels } = Dashboard.parse(JSON.parse(await Deno.readTextFile(DASHBOARD)));
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, at) => `${x + at % w},${y + Math.floor(at / w)}`)
  );
  assert.equal(new Set(cells).size, cells.length);
  assert.ok(panels.every(({ gridPos: { w, x } }) => x + w <= 24));
});

Deno.test("the runner's metrics are in the text format of Prometheus", () => {
  assert.ok(runnerMetrics().has("cloister_runner_run_duration_seconds"));
});
