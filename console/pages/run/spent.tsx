import type { Run } from "../../../sdk/mod.ts";
import { bytes, duration } from "../../ui/time.tsx";

const MEASURES = [
  ["wall_ms", "Time", duration],
  ["cpu_ms", "CPU time", duration],
  ["memory_bytes", "Memory, at most", bytes],
  ["output_bytes", "Output", bytes],
  ["log_bytes", "Log", bytes],
  ["events", "Events", String],
  ["tool_calls", "Tool calls", String],
] as const;

/** What a run spent, beside what it might have. */
export function Spent({ run: { usage, limits } }: { run: Run }) {
  if (limits === null) return <p class="quiet">Its limits are set when it begins.</p>;
  if (usage === null) return <p class="quiet">What it spends is known when it has ended.</p>;
  return (
    <ul class="spent">
      {MEASURES.map(([key, name, say]) => (
        <li key={key}>
          <span>{name}</span>
          <progress
            aria-label={`${name}: ${say(usage[key])} of ${say(limits[key])}`}
            value={Math.min(usage[key], limits[key])}
            max={limits[key] || 1}
          />
          <span class="quiet">{say(usage[key])} of {say(limits[key])}</span>
        </li>
      ))}
    </ul>
  );
}
