import { useState } from "preact/hooks";
import "./usage.css";
import type { RunUsageReport } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { SelectField } from "../../ui/form.tsx";
import { useLoad } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { problemOf, ProblemView } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { duration } from "../../ui/time.tsx";
import { Budget } from "./budget.tsx";
import { Charts } from "./charts.tsx";
import { failedOf, shareOf } from "./figures.ts";

const SPANS = [["7", "7 days"], ["30", "30 days"], ["90", "90 days"]] as const;

/** What came of the account's runs, and what is left of its budget. */
export function UsagePage() {
  const [days, setDays] = useState("30");
  const [agent, setAgent] = useState("");
  const { data, error, loading, reload } = useLoad(
    (signal) => load({ days: Number(days), ...agent !== "" && { agent } }, signal),
    [days, agent],
  );
  const agents = useLoad((signal) =>
    api().request("GET", "/agents", { query: { limit: 100 }, signal })
  );
  const names = agents.data?.data.map(({ name }) => [name, name] as const) ?? [];
  return (
    <Page title="Usage" lead="Runs, how long they took, how they failed, and what is left.">
      <form class="filter-row" onSubmit={(event) => event.preventDefault()}>
        <SelectField label="Time" value={days} onInput={setDays} options={SPANS} />
        <SelectField
          label="Agent"
          value={agent}
          onInput={setAgent}
          options={[["", "All agents"], ...names]}
        />
      </form>
      <ProblemView error={error} retry={reload} />
      {data === undefined && loading && <Loading />}
      {data && <Report report={data} />}
      <Budget />
    </Page>
  );
}

function Report({ report }: { report: RunUsageReport }) {
  const { total, counted_since, time_zone } = report;
  if (total.runs === 0) {
    return (
      <Empty title="No runs in this time">
        <p>Run an agent, and it is counted here.</p>
      </Empty>
    );
  }
  return (
    <>
      <dl class="numbers">
        <div>
          <dt>Runs</dt>
          <dd>{total.runs.toLocaleString("en")}</dd>
        </div>
        <div>
          <dt>Failed</dt>
          <dd>{shareOf(failedOf(total), total.runs)}</dd>
        </div>
        <div>
          <dt>Half took at most</dt>
          <dd>{duration(total.wall_p50_ms)}</dd>
        </div>
        <div>
          <dt>19 of 20 at most</dt>
          <dd>{duration(total.wall_p95_ms)}</dd>
        </div>
        <div>
          <dt>CPU time</dt>
          <dd>{duration(total.cpu_ms)}</dd>
        </div>
      </dl>
      {counted_since && (
        <p class="quiet">There are more runs than are counted: those since {counted_since} are.</p>
      )}
      <Charts days={report.days} />
      <p class="quiet">Days are those of {time_zone}.</p>
      <ByAgent report={report} />
    </>
  );
}

function ByAgent({ report: { agents } }: { report: RunUsageReport }) {
  return (
    <Section title="By agent">
      <Table
        caption="Usage by agent"
        items={agents}
        rowKey={({ agent }) => agent}
        columns={[
          { head: "Agent", cell: ({ agent }) => <a href={`/runs?agent=${agent}`}>{agent}</a> },
          { head: "Runs", cell: ({ runs }) => runs, end: true },
          { head: "Failed", cell: (tally) => shareOf(failedOf(tally), tally.runs), end: true },
          { head: "Half took", cell: ({ wall_p50_ms }) => duration(wall_p50_ms), end: true },
          { head: "19 of 20", cell: ({ wall_p95_ms }) => duration(wall_p95_ms), end: true },
          { head: "CPU time", cell: ({ cpu_ms }) => duration(cpu_ms), end: true },
        ]}
      />
    </Section>
  );
}

/** In the time zone of the browser, or in UTC where the project does not know that. */
async function load(
  query: { days: number; agent?: string },
  signal: AbortSignal,
): Promise<RunUsageReport> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  try {
    const local = { ...query, time_zone: timeZone };
    return await api().request("GET", "/agents/usage", { query: local, signal });
  } catch (error) {
    if (problemOf(error).status !== 400) throw error;
    return await api().request("GET", "/agents/usage", { query, signal });
  }
}
