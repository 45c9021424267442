/** What a pool of sandboxes tells of itself: plain numbers. */
export type PoolFigures = Readonly<Record<string, number>>;

/** Upper bounds of the duration histogram, in seconds. */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The pool's figures that are shown, under which name, and whether they only grow. */
const POOL = [
  ["places", "gauge", "Runs that can be under way at once."],
  ["taken", "gauge", "Places that are taken."],
  ["warm", "gauge", "Sandboxes that wait for a program."],
  ["spawned", "counter", "Sandboxes that were started."],
  ["died", "counter", "Sandboxes that died without being asked to."],
  ["reused", "counter", "Runs that found a sandbox kept alive."],
] as const;

/** What is counted, and its text for Prometheus. */
export class Metrics {
  /** Clients that hold a place, or whose answer has not left yet. */
  inFlight = 0;
  /** Clients that wait for a place. */
  waiting = 0;
  /** Runs that were taken from the queue and have not ended here. */
  underWay = 0;
  readonly #pulls = new Map<string, number>();
  readonly #spans = new Map<string, number>();
  readonly #runs = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #buckets = BUCKETS_S.map(() => 0);
  #durations = { count: 0, sumS: 0 };

  /** Counts a visit by how it ended, and how long its program took. */
  ended(status: string, ms: number | undefined): void {
    add(this.#runs, status);
    if (ms === undefined) return;
    const seconds = ms / 1000;
    this.#durations.count++;
    this.#durations.sumS += seconds;
    BUCKETS_S.forEach((bound, at) => {
      if (seconds <= bound) this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
    });
  }

  /** Counts spans by whether the collector took them. */
  traced(outcome: string, spans: number): void {
    this.#spans.set(outcome, (this.#spans.get(outcome) ?? 0) + spans);
  }

  /** Counts a question to the queue by what came of it. */
  pulled(outcome: "run" | "none" | "again" | "refused" | "failed"): void {
    add(this.#pulls, outcome);
  }

  /** Counts a request that was answered with a problem. */
  refused(code: string): void {
    add(this.#refused, code);
  }

  /** The text format of Prometheus, version 0.0.4. */
  text(pool: PoolFigures, draining: boolean): string {
    return [
      metric("runs_total", "counter", "Visits by how they ended.", labelled(this.#runs, "status")),
      metric("refused_total", "counter", "Requests refused.", labelled(this.#refused, "code")),
      metric("pulls_total", "counter", "Questions to the queue.", labelled(this.#pulls, "outcome")),
      metric(
        "spans_total",
        "counter",
        "Spans for the collector.",
        labelled(this.#spans, "outcome"),
      ),
      metric("pulled", "gauge", "Runs from the queue that are under way.", [["", this.underWay]]),
      metric("in_flight", "gauge", "Clients that are served.", [["", this.inFlight]]),
      metric("waiting", "gauge", "Clients that wait for a place.", [["", this.waiting]]),
      metric("draining", "gauge", "Whether the runner is about to stop.", [["", Number(draining)]]),
      ...POOL.flatMap(([name, type, help]) => {
        const value = pool[name];
        if (value === undefined) return [];
        return [metric(type === "counter" ? `${name}_total` : name, type, help, [["", value]])];
      }),
      metric("run_duration_seconds", "histogram", "From job to ending.", this.#histogram()),
    ].join("");
  }

  #histogram(): Sample[] {
    const { count, sumS } = this.#durations;
    return [
      ...BUCKETS_S.map((bound, at): Sample => [`_bucket{le="${bound}"}`, this.#buckets[at] ?? 0]),
      ['_bucket{le="+Inf"}', count],
      ["_sum", sumS],
      ["_count", count],
    ];
  }
}

/** What follows the metric's name, and its value. */
type Sample = readonly [suffix: string, value: number];

function metric(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const full = `cloister_runner_${name}`;
  const lines = samples.map(([suffix, value]) => `${full}${suffix} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

function labelled(counts: ReadonlyMap<string, number>, label: string): Sample[] {
  return [...counts].map(([value, count]) => [`{${label}="${value}"}`, count]);
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
