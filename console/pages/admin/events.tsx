import { useState } from "preact/hooks";
import type { SecurityEvent } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Page } from "../../ui/page.tsx";
import { StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Code, RecordDialog } from "./parts/facts.tsx";
import { FilterForm, moment, oneOf, useFilters } from "./parts/filter.tsx";
import { Who } from "./parts/who.tsx";
import { EVENT_TYPES } from "./parts/words.ts";

/** What was tried and refused. */
export function EventsPage() {
  const filtering = useFilters([
    { name: "type", label: "Type", options: EVENT_TYPES },
    { name: "user", label: "User id" },
    { name: "address", label: "Address" },
    { name: "key", label: "API key", placeholder: "key_…" },
    { name: "since", label: "From", type: "datetime-local" },
    { name: "until", label: "Until", type: "datetime-local" },
  ]);
  const [event, setEvent] = useState<SecurityEvent>();
  const pages = usePages((cursor, signal) => {
    const { value } = filtering;
    const query = {
      type: oneOf(EVENT_TYPES, value("type")),
      user: value("user"),
      address: value("address"),
      key: value("key"),
      since: moment(value("since")),
      until: moment(value("until")),
      cursor,
    };
    return api().request("GET", "/admin/events", { query, signal });
  }, [filtering.key]);
  return (
    <Page
      title="Security events"
      lead="What was tried and refused. Equal ones are one with a count."
    >
      <FilterForm filtering={filtering} />
      <PagedTable
        caption="Security events"
        pages={pages}
        empty="No event fits."
        rowKey={({ id }) => id}
        columns={columns(setEvent)}
      />
      {event && (
        <RecordDialog
          title="Security event"
          record={event}
          onClose={() => setEvent(undefined)}
        />
      )}
    </Page>
  );
}

function columns(show: (event: SecurityEvent) => void): readonly Column<SecurityEvent>[] {
  return [
    { head: "When", cell: ({ at }) => <Time at={at} /> },
    { head: "Type", cell: ({ type }) => <StatusBadge status={type} tone="warn" /> },
    { head: "Count", cell: ({ count }) => count, end: true },
    { head: "User", cell: ({ user_id }) => <Who id={user_id} nobody="–" /> },
    { head: "Address", cell: ({ address }) => <Code>{address}</Code> },
    { head: "Route", cell: ({ method, route }) => <Code>{`${method ?? ""} ${route ?? ""}`}</Code> },
    { head: "Answer", cell: ({ code }) => code && <code>{code}</code> },
    {
      head: "",
      cell: (event) => (
        <button type="button" class="small secondary" onClick={() => show(event)}>Details</button>
      ),
    },
  ];
}
