import { attributesOf, nanosOf, type Resource, resourceOf, scopeOf } from "../trace/otlp.ts";
import type { OtlpSettings } from "../trace/settings.ts";
import { BOUNDS_S, isMetric, type MetricName, METRICS } from "./names.ts";
import type { Collected } from "./schema.ts";

/** Sums go on from where they were: `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2;

/** The body of `ExportMetricsServiceRequest`: everything that was collected at a moment. */
export function metricsBody(
  settings: OtlpSettings,
  from: Resource,
  { collected, atMs }: { collected: Collected; atMs: number },
) {
  const timeUnixNano = nanosOf(atMs);
  const metrics = Object.keys(METRICS).filter(isMetric).flatMap((name) => {
    const points = pointsOf(name, collected, timeUnixNano);
    return points.length > 0 ? [metricOf(name, points)] : [];
  });
  const scopeMetrics = [{ scope: scopeOf(from), metrics }];
  return { resourceMetrics: [{ resource: resourceOf(settings, from), scopeMetrics }] };
}

function metricOf(name: MetricName, dataPoints: readonly unknown[]) {
  const { type, help } = METRICS[name];
  const described = { name, description: help, unit: name.endsWith("_seconds") ? "s" : "1" };
  const aggregationTemporality = CUMULATIVE;
  if (type === "gauge") return { ...described, gauge: { dataPoints } };
  if (type === "histogram") {
    return { ...described, histogram: { dataPoints, aggregationTemporality } };
  }
  return { ...described, sum: { dataPoints, aggregationTemporality, isMonotonic: true } };
}

function pointsOf(name: MetricName, { counted, gauged }: Collected, timeUnixNano: string) {
  const { type } = METRICS[name];
  if (type === "gauge") {
    return gauged.filter((it) => it.name === name).map(({ labels, value }) => (
      { attributes: attributesOf(labels), timeUnixNano, asDouble: value }
    ));
  }
  return counted.filter((it) => it.name === name).map(({ labels, sums: [sum = 0, ...buckets] }) => {
    const attributes = attributesOf(labels);
    if (type === "counter") return { attributes, timeUnixNano, asDouble: sum };
    const count = buckets.reduce((total, met) => total + met, 0);
    const bucketCounts = buckets.map(String);
    const explicitBounds = BOUNDS_S;
    return { attributes, timeUnixNano, count: String(count), sum, bucketCounts, explicitBounds };
  });
}
