/** Upper bounds of every histogram's buckets, in seconds; the database has the same. */
export const BOUNDS_S = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  300,
  3_600,
] as const;

/** What a metric is, and which labels each of its series has. */
export interface Metric {
  type: "counter" | "gauge" | "histogram";
  help: string;
  labels: readonly string[];
}

/**
 * Every metric there is: what is not here is neither counted nor shown. Labels are few words of
 * ours; ids, names and hosts of anybody are none.
 */
export const METRICS = {
  cloister_runs_total: {
    type: "counter",
    help: "Runs that ended.",
    labels: ["status", "engine", "trigger"],
  },
  cloister_run_retries_total: {
    type: "counter",
    help: "Runs that went back into the queue because the infrastructure failed.",
    labels: [],
  },
  cloister_run_duration_seconds: {
    type: "histogram",
    help: "From a run's start to its end.",
    labels: ["engine"],
  },
  cloister_run_cpu_seconds: {
    type: "histogram",
    help: "CPU time that a run spent.",
    labels: ["engine"],
  },
  cloister_run_queue_wait_seconds: {
    type: "histogram",
    help: "From the queue to the start.",
    labels: ["trigger"],
  },
  cloister_requests_total: {
    type: "counter",
    help: "Requests answered.",
    labels: ["function", "status"],
  },
  cloister_request_duration_seconds: {
    type: "histogram",
    help: "From a request to its answer's head.",
    labels: ["function"],
  },
  cloister_limiter_decisions_total: {
    type: "counter",
    help:
      "What the rate limiter said; failed_open (of the allowed) and failed_closed without its store.",
    labels: ["decision"],
  },
  cloister_tool_calls_total: {
    type: "counter",
    help: "Tool calls by how they ended.",
    labels: ["tool", "outcome"],
  },
  cloister_tool_call_duration_seconds: {
    type: "histogram",
    help: "From a tool call to its answer, without the time that people take to approve it.",
    labels: ["tool"],
  },
  cloister_egress_denials_total: {
    type: "counter",
    help: "Tool calls that a policy, a ceiling or the egress refused.",
    labels: ["tool", "reason"],
  },
  cloister_spans_total: {
    type: "counter",
    help: "Spans by whether the collector took them.",
    labels: ["outcome"],
  },
  cloister_runs_running: { type: "gauge", help: "Runs under way.", labels: [] },
  cloister_queue_depth: { type: "gauge", help: "Runs that wait for a worker.", labels: [] },
  cloister_queue_delayed: {
    type: "gauge",
    help: "Those of them that wait to be retried.",
    labels: [],
  },
  cloister_queue_oldest_age_seconds: {
    type: "gauge",
    help: "How long the oldest of them has waited.",
    labels: [],
  },
  cloister_queue_dead_letters: {
    type: "gauge",
    help: "Runs that were given up and not replayed.",
    labels: [],
  },
  cloister_runners_pulling: {
    type: "gauge",
    help: "Runners that were seen in the last 15 seconds.",
    labels: [],
  },
  cloister_pool_places: {
    type: "gauge",
    help: "Places of the functions' own engines, as isolates said in the last minute.",
    labels: [],
  },
  cloister_pool_taken: { type: "gauge", help: "Those of them that are taken.", labels: [] },
  cloister_pool_warm: { type: "gauge", help: "Sandboxes of theirs that wait.", labels: [] },
  cloister_quarantines: { type: "gauge", help: "Quarantines in force.", labels: ["kind"] },
  cloister_alerts_open: { type: "gauge", help: "Alerts that nobody acknowledged.", labels: [] },
  cloister_alert_deliveries_waiting: {
    type: "gauge",
    help: "Alerts that are to be sent.",
    labels: [],
  },
  cloister_partitions: { type: "gauge", help: "Partitions of a table.", labels: ["table"] },
} as const satisfies Record<string, Metric>;

type Named<Type extends Metric["type"]> = {
  [Name in keyof typeof METRICS]: (typeof METRICS)[Name]["type"] extends Type ? Name : never;
}[keyof typeof METRICS];

/** The name of a counter. */
export type CounterName = Named<"counter">;

/** The name of a histogram. */
export type HistogramName = Named<"histogram">;

/** The name of any metric. */
export type MetricName = keyof typeof METRICS;

/** One word for each label of a metric. */
export type Labels<Name extends MetricName> = Record<
  (typeof METRICS)[Name]["labels"][number],
  string
>;

/** Whether there is a metric of this name. */
export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}
