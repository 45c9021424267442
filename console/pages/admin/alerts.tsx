import { useState } from "preact/hooks";
import type { Alert } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { Page, Section } from "../../ui/page.tsx";
import { StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { AlertRules } from "./alert_rules.tsx";
import { Code, Text } from "./parts/facts.tsx";
import { FilterForm, oneOf, useFilters } from "./parts/filter.tsx";
import { ReasonDialog } from "./parts/reason.tsx";

const STATES = ["open", "acknowledged"] as const;

/** What somebody should look at, and when there is anything. */
export function AlertsPage() {
  const filtering = useFilters([
    { name: "state", label: "State", options: STATES },
    { name: "rule", label: "Rule" },
  ]);
  const pages = usePages((cursor, signal) => {
    const query = {
      state: oneOf(STATES, filtering.value("state")),
      rule: filtering.value("rule"),
      cursor,
    };
    return api().request("GET", "/admin/alerts", { query, signal });
  }, [filtering.key]);
  const [seen, setSeen] = useState<Alert>();
  const close = (done: boolean) => {
    setSeen(undefined);
    if (done) pages.reload();
  };
  return (
    <Page title="Alerts" lead="A rule was met: so many events about one subject within its window.">
      <FilterForm filtering={filtering} />
      <PagedTable
        caption="Alerts"
        pages={pages}
        empty="No alert fits."
        rowKey={({ id }) =>
          id}
        columns={columns(setSeen)}
      />
      <Section title="Rules">
        <AlertRules />
      </Section>
      {seen && <Acknowledge alert={seen} onClose={close} />}
    </Page>
  );
}

function columns(acknowledge: (alert: Alert) => void): readonly Column<Alert>[] {
  return [
    { head: "When", cell: ({ at }) => <Time at={at} /> },
    { head: "Rule", cell: ({ rule }) => <code>{rule}</code> },
    { head: "Subject", cell: ({ subject }) => <Code>{subject}</Code> },
    { head: "Events", cell: ({ count }) => count, end: true },
    { head: "Webhook", cell: ({ delivery }) => delivery && <StatusBadge status={delivery} /> },
    { head: "State", cell: (alert) => <State alert={alert} /> },
    { head: "", cell: (alert) => <Deeds alert={alert} acknowledge={acknowledge} /> },
  ];
}

function State({ alert: { acknowledged_at, note } }: { alert: Alert }) {
  if (acknowledged_at === null) return <StatusBadge status="open" tone="warn" />;
  return (
    <>
      <StatusBadge status="acknowledged" /> <Time at={acknowledged_at} />
      {note && (
        <p class="note">
          <Text>{note}</Text>
        </p>
      )}
    </>
  );
}

function Deeds({ alert, acknowledge }: { alert: Alert; acknowledge(alert: Alert): void }) {
  return (
    <div class="row-actions">
      {can("admin") && alert.acknowledged_at === null && (
        <button
          type="button"
          class="small"
          onClick={() => acknowledge(alert)}
        >
          Acknowledge…
        </button>
      )}
      <a href={`/admin/events?type=${alert.type}`}>Events</a>
      {can("admin") && (
        <a href={`/admin/holds?hold=incident&target=${encodeURIComponent(alert.id)}`}>Keep…</a>
      )}
    </div>
  );
}

function Acknowledge({ alert, onClose }: { alert: Alert; onClose(done: boolean): void }) {
  const act = (note: string) =>
    api().request("POST", "/admin/alerts/{id}/acknowledge", {
      params: { id: alert.id },
      body: { note },
    });
  return (
    <ReasonDialog
      title="Acknowledge the alert"
      label="What became of it"
      path="note"
      yes="Acknowledge"
      act={act}
      onClose={onClose}
    />
  );
}
