import { useState } from "preact/hooks";
import { RUN_STATUSES, type RunSummary } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { SelectField } from "../../ui/form.tsx";
import { Empty, StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { duration, Time } from "../../ui/time.tsx";
import type { TabProps } from "./tabs.ts";

const COLUMNS: readonly Column<RunSummary>[] = [
  {
    head: "Begun",
    cell: ({ id, created_at }) => (
      <a href={`/runs/${id}`}>
        <Time at={created_at} />
      </a>
    ),
  },
  { head: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  { head: "Version", cell: ({ version }) => version, end: true },
  { head: "By", cell: ({ trigger }) => trigger },
  { head: "Took", cell: took, end: true },
];

/** An agent's runs, newest first. */
export function HistoryTab({ agent }: TabProps) {
  const [chosen, setChosen] = useState("");
  const status = RUN_STATUSES.find((name) => name === chosen);
  const pages = usePages(
    (cursor) => api().agents.runs(agent.name, { ...status && { status } }).page({ cursor }),
    [agent.id, chosen],
  );
  return (
    <>
      <div class="search">
        <SelectField
          label="Status"
          value={chosen}
          options={[
            ["", "all"],
            ...RUN_STATUSES.map((name) => [name, name.replaceAll("_", " ")] as const),
          ]}
          onInput={setChosen}
        />
      </div>
      <PagedTable
        pages={pages}
        caption="Runs"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        empty={
          <Empty title={chosen === "" ? "It has never run." : "No run ended like this."}>
            {chosen === "" && (
              <p>
                <a href={`/agents/${agent.name}/run`}>Run it</a>
              </p>
            )}
          </Empty>
        }
      />
    </>
  );
}

function took({ created_at, ended_at }: RunSummary): string {
  return ended_at === null ? "–" : duration(Date.parse(ended_at) - Date.parse(created_at));
}
