import type { MetricName } from "./names.ts";

/** Which of a pool's figures are shown, and as what. */
const SHOWN = {
  places: "cloister_pool_places",
  taken: "cloister_pool_taken",
  warm: "cloister_pool_warm",
} as const satisfies Record<string, MetricName>;

/** The gauges of an engine's pool; none where it has no pool. */
export function poolGauges(
  stats: Readonly<Record<string, number>> | undefined,
): Record<string, number> {
  const gauges: Record<string, number> = {};
  for (const [figure, name] of Object.entries(SHOWN)) {
    const value = stats?.[figure];
    if (value !== undefined) gauges[name] = value;
  }
  return gauges;
}
