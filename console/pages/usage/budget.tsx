import { api } from "../../api.ts";
import { useLoad } from "../../ui/load.ts";
import { Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { duration, Time } from "../../ui/time.tsx";

/** What may be spent still: CPU time of the day, runs at once, requests a minute. */
export function Budget() {
  const { data, error, reload } = useLoad(() => api().limits());
  if (data === undefined) {
    return error === undefined ? <Loading /> : <ProblemView error={error} retry={reload} />;
  }
  const { cpu, concurrent_runs: runs, budgets } = data;
  return (
    <Section title="Budget">
      <ul class="budget">
        <Line name="CPU time today" used={cpu.used_ms} quota={cpu.quota_s * 1000} say={duration} />
        <Line name="Runs at once" used={runs.running} quota={runs.quota} say={String} />
        {budgets.map(({ budget, quota, remaining, window_s }) => (
          <Line
            key={budget}
            name={`Requests to ${budget}, each ${window_s} s`}
            used={quota - remaining}
            quota={quota}
            say={String}
          />
        ))}
      </ul>
      <p class="quiet">
        CPU time begins anew <Time at={cpu.resets_at} />.
      </p>
    </Section>
  );
}

function Line({ name, used, quota, say }: {
  name: string;
  used: number;
  quota: number;
  say(value: number): string;
}) {
  return (
    <li>
      <span>{name}</span>
      <progress
        aria-label={`${name}: ${say(used)} of ${say(quota)}`}
        value={Math.min(used, quota)}
        max={quota || 1}
      />
      <span class="quiet">{say(used)} of {say(quota)}</span>
    </li>
  );
}
