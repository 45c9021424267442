import type { RunUsageReport } from "../../../sdk/mod.ts";
import { BarChart, LineChart } from "../../ui/chart.tsx";
import { duration } from "../../ui/time.tsx";
import { failedOf } from "./figures.ts";

/** Runs, times and CPU time, day by day. */
export function Charts({ days }: { days: RunUsageReport["days"] }) {
  const places = days.map(({ day }) => day.slice(5));
  return (
    <>
      <BarChart
        title="Runs a day"
        places={places}
        series={[
          { name: "succeeded", tint: "good", values: days.map((day) => day.statuses.succeeded) },
          { name: "failed", tint: "bad", values: days.map(failedOf) },
          {
            name: "cancelled or under way",
            tint: "idle",
            values: days.map(({ statuses: { cancelled, queued, running } }) =>
              cancelled + queued + running
            ),
          },
        ]}
      />
      <LineChart
        title="How long a run takes"
        places={places}
        say={duration}
        series={[
          { name: "half, at most", tint: "busy", values: days.map((day) => day.wall_p50_ms) },
          { name: "19 of 20, at most", tint: "warn", values: days.map((day) => day.wall_p95_ms) },
        ]}
      />
      <BarChart
        title="CPU time a day"
        places={places}
        say={duration}
        series={[{ name: "CPU time", tint: "busy", values: days.map((day) => day.cpu_ms) }]}
      />
    </>
  );
}
