import "../agent/agent.css";
import { useState } from "preact/hooks";
import type { Agent } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { SelectField, TextField } from "../../ui/form.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { hasWords, listAgents, SEARCHED, type State, STATES } from "./search.ts";

const COLUMNS: readonly Column<Agent>[] = [
  { head: "Name", cell: ({ name }) => <a href={`/agents/${name}`}>{name}</a> },
  { head: "Description", cell: ({ description }) => description },
  { head: "State", cell: ({ state }) => <StatusBadge status={state} /> },
  { head: "Version", cell: ({ current_version }) => current_version, end: true },
  { head: "Changed", cell: ({ updated_at }) => <Time at={updated_at} /> },
];

/** All agents of the account, to be searched and filtered. A key press asks for nothing. */
export function AgentsPage() {
  const [words, setWords] = useState("");
  const [state, setState] = useState<State>("active");
  const wide = words.trim() !== "";
  const pages = usePages(
    (cursor, signal) => listAgents(api(), { state, wide, cursor }, signal),
    [wide, state],
  );
  const items = pages.items?.filter((agent) => hasWords(agent, words));
  return (
    <Page
      title="Agents"
      lead="Programs of yours that run where they can harm nobody."
      actions={can("agents:write") && <a role="button" href="/new-agent">New agent</a>}
    >
      <form role="search" class="search" onSubmit={(event) => event.preventDefault()}>
        <TextField label="Search" type="search" value={words} onInput={setWords} />
        <SelectField
          label="State"
          value={state}
          options={STATES.map((name) => [name, name === "" ? "all" : name])}
          onInput={(chosen) => setState(STATES.find((name) => name === chosen) ?? "")}
        />
      </form>
      <PagedTable
        pages={{ ...pages, items }}
        caption="Agents"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        empty={
          <Nothing isFiltered={wide || state !== "active"} hasMore={pages.more !== undefined} />
        }
      />
    </Page>
  );
}

function Nothing({ isFiltered, hasMore }: { isFiltered: boolean; hasMore: boolean }) {
  if (hasMore) return <Empty title={`No agent fits among the newest ${SEARCHED} or more.`} />;
  if (isFiltered) return <Empty title="No agent fits." />;
  return (
    <Empty title="There is no agent yet.">
      {can("agents:write") && (
        <p>
          <a href="/new-agent">Create your first agent</a>
        </p>
      )}
    </Empty>
  );
}
