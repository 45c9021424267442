import { useState } from "preact/hooks";
import type { AuditEntry } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { useAction } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { save } from "../../ui/save.ts";
import { ProblemView } from "../../ui/problem.tsx";
import { StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ChainCheck } from "./chain.tsx";
import { Code, RecordDialog } from "./parts/facts.tsx";
import { FilterForm, type Filtering, moment, oneOf, useFilters } from "./parts/filter.tsx";
import { Who } from "./parts/who.tsx";

const OUTCOMES = ["succeeded", "denied"] as const;
const FILTERS = [
  { name: "actor", label: "User id" },
  { name: "action", label: "Action", placeholder: "run.started" },
  { name: "resource_type", label: "Kind of thing", placeholder: "agent" },
  { name: "resource_id", label: "Id of the thing" },
  { name: "key", label: "API key", placeholder: "key_…" },
  { name: "outcome", label: "Outcome", options: OUTCOMES },
  { name: "since", label: "From", type: "datetime-local" },
  { name: "until", label: "Until", type: "datetime-local" },
] as const;
type Name = typeof FILTERS[number]["name"];

/** Who did what, and proof that nobody changed the record of it. */
export function AuditPage() {
  const filtering = useFilters<Name>(FILTERS);
  const [entry, setEntry] = useState<AuditEntry>();
  const pages = usePages((cursor, signal) => {
    const query = { ...queryOf(filtering), cursor };
    return api().request("GET", "/admin/audit", { query, signal });
  }, [filtering.key]);
  return (
    <Page title="Audit log" lead="Who did what, in an order that nobody can change.">
      <ChainCheck />
      <Section title="Entries" actions={<Export filtering={filtering} />}>
        <FilterForm filtering={filtering} />
        <PagedTable
          caption="Audit entries"
          pages={pages}
          empty="No entry fits."
          rowKey={({ seq }) => String(seq)}
          columns={columns(setEntry)}
        />
      </Section>
      {entry && (
        <RecordDialog
          title={`Entry ${entry.seq}`}
          record={entry}
          onClose={() => setEntry(undefined)}
        />
      )}
    </Page>
  );
}

function columns(show: (entry: AuditEntry) => void): readonly Column<AuditEntry>[] {
  return [
    { head: "Entry", cell: ({ seq }) => seq, end: true },
    { head: "When", cell: ({ at }) => <Time at={at} /> },
    { head: "Who", cell: ({ actor_id, db_role }) => <Who id={actor_id} nobody={db_role} /> },
    { head: "Did", cell: ({ action }) => <code>{action}</code> },
    { head: "To", cell: (entry) => <Thing entry={entry} /> },
    {
      head: "Outcome",
      cell: ({ outcome }) => (
        <StatusBadge status={outcome} tone={outcome === "denied" ? "bad" : "good"} />
      ),
    },
    { head: "From", cell: ({ address, via }) => address ?? <span class="quiet">{via}</span> },
    {
      head: "",
      cell: (entry) => (
        <button
          type="button"
          class="small secondary"
          aria-label={`Details of entry ${entry.seq}`}
          onClick={() => show(entry)}
        >
          Details
        </button>
      ),
    },
  ];
}

function Thing({ entry: { resource_type, resource_id } }: { entry: AuditEntry }) {
  return <>{resource_type} {resource_id && <Code>{resource_id}</Code>}</>;
}

function Export({ filtering }: { filtering: Filtering<Name> }) {
  const action = useAction(async (format: "ndjson" | "csv") => {
    const query = { ...queryOf(filtering), format };
    const answer = await api().fetch("GET", "/admin/audit/export", { query });
    save(await answer.blob(), `audit.${format}`);
  });
  return (
    <>
      <ProblemView error={action.error} />
      {(["csv", "ndjson"] as const).map((format) => (
        <button
          key={format}
          type="button"
          class="secondary"
          aria-busy={action.busy}
          onClick={() => action.run(format)}
        >
          Export as {format === "csv" ? "CSV" : "NDJSON"}
        </button>
      ))}
    </>
  );
}

function queryOf({ value }: Filtering<Name>) {
  return {
    actor: value("actor"),
    key: value("key"),
    action: value("action"),
    resource_type: value("resource_type"),
    resource_id: value("resource_id"),
    outcome: oneOf(OUTCOMES, value("outcome")),
    since: moment(value("since")),
    until: moment(value("until")),
  };
}
