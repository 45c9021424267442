import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { hasEnded, RUN_STATUSES, type RunSummary } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { SelectField, TextField } from "../../ui/form.tsx";
import { Page } from "../../ui/page.tsx";
import { problemOf } from "../../ui/problem.tsx";
import { Empty, StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, type Slice, usePages } from "../../ui/table.tsx";
import { duration, Time } from "../../ui/time.tsx";
import { type Status, statusOf } from "./status.ts";

const COLUMNS: readonly Column<RunSummary>[] = [
  {
    head: "Run",
    cell: ({ id, agent, created_at }) => (
      <a href={`/runs/${id}`}>
        <Time at={created_at} />
        <span class="hidden">{` run of ${agent}`}</span>
      </a>
    ),
  },
  { head: "Agent", cell: ({ agent }) => agent },
  { head: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  { head: "Version", cell: ({ version }) => version, end: true },
  { head: "Started by", cell: ({ trigger }) => trigger },
  { head: "Took", cell: (run) => duration(tookMs(run)), end: true },
];

/** All runs of the account, newest first; which ones is in the address, so that it can be kept. */
export function RunsPage() {
  const { query } = useLocation();
  const status = statusOf(query.status);
  const agent = query.agent ?? "";
  const pages = usePages((cursor, signal) => load({ status, agent, cursor }, signal), [
    status,
    agent,
  ]);
  return (
    <Page title="Runs" lead="Everything that your agents did, newest first.">
      <Filters key={`${agent}/${status}`} agent={agent} status={status ?? ""} />
      <PagedTable
        pages={pages}
        caption="Runs"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        empty={
          <Empty title="No such runs">
            <p>Run an agent, and it stands here.</p>
          </Empty>
        }
      />
    </Page>
  );
}

function Filters({ agent, status }: { agent: string; status: string }) {
  const { route } = useLocation();
  const [name, setName] = useState(agent);
  const go = (chosen: Record<string, string>) => {
    const search = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== ""));
    route(search.size === 0 ? "/runs" : `/runs?${search}`, true);
  };
  const send = (event: Event) => {
    event.preventDefault();
    go({ agent: name.trim(), status });
  };
  return (
    <form class="filter-row" onSubmit={send}>
      <TextField
        label="Agent"
        type="search"
        value={name}
        onInput={setName}
        hint="Its whole name; Enter looks for it"
      />
      <SelectField
        label="Status"
        value={status}
        onInput={(status) => go({ agent: name.trim(), status })}
        options={[
          ["", "Any"],
          ...RUN_STATUSES.map((each) => [each, each.replaceAll("_", " ")] as const),
        ]}
      />
    </form>
  );
}

/** One page; there are no runs of an agent that there is not. */
async function load(
  { agent, ...query }: { status: Status | undefined; agent: string; cursor: string | undefined },
  signal: AbortSignal | undefined,
): Promise<Slice<RunSummary>> {
  try {
    return await api().request("GET", "/agents/runs", {
      query: { limit: 50, ...query, ...agent !== "" && { agent } },
      signal,
    });
  } catch (error) {
    const { status } = problemOf(error);
    if (agent !== "" && (status === 404 || status === 400)) return { data: [], next_cursor: null };
    throw error;
  }
}

function tookMs({ status, started_at, ended_at }: RunSummary): number | undefined {
  if (!hasEnded(status) || started_at === null || ended_at === null) return undefined;
  return Date.parse(ended_at) - Date.parse(started_at);
}
