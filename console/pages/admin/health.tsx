import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { useAction, useLoad } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { save } from "../../ui/save.ts";
import { Loading, StatusBadge, type Tone } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { duration } from "../../ui/time.tsx";
import { askHealth, type FunctionHealth } from "./parts/health.ts";
import { SecretRotation } from "./rotation.tsx";

const TONES = {
  ok: "good",
  degraded: "warn",
  unavailable: "bad",
  unreachable: "bad",
  "not deployed": "idle",
} as const satisfies Record<FunctionHealth["status"], Tone>;

/** How it stands with each function, and with what is behind it. */
export function HealthPage() {
  const health = useLoad((signal) => askHealth(signal));
  return (
    <Page
      title="Health"
      lead="What each function says of itself and of what it depends on."
      actions={<button type="button" class="secondary" onClick={health.reload}>Look again</button>}
    >
      <ProblemView error={health.error} retry={health.reload} />
      {health.data === undefined && health.loading && <Loading what="Asking every function" />}
      {health.data && (
        <Table
          caption="Functions"
          items={health.data}
          rowKey={({ name }) => name}
          columns={COLUMNS}
        />
      )}
      {can("metrics:read") && <Metrics />}
      {can("admin") && <SecretRotation />}
    </Page>
  );
}

const COLUMNS: readonly Column<FunctionHealth>[] = [
  { head: "Function", cell: ({ name }) => <code>{name}</code> },
  { head: "State", cell: ({ status }) => <StatusBadge status={status} tone={TONES[status]} /> },
  { head: "Depends on", cell: ({ checks }) => <Checks checks={checks} /> },
  { head: "API keys", cell: ({ apiKeys }) => apiKeys ? "yes" : "no" },
  { head: "Version", cell: ({ version }) => version },
  { head: "Answered in", cell: ({ ms }) => duration(ms), end: true },
];

function Checks({ checks }: { checks: FunctionHealth["checks"] }) {
  if (checks.length === 0) return <span class="quiet">–</span>;
  return (
    <ul class="chips">
      {checks.map(([name, state]) => (
        <li key={name}>
          {name} <StatusBadge status={state} tone={state === "ok" ? "good" : "bad"} />
        </li>
      ))}
    </ul>
  );
}

function Metrics() {
  const action = useAction(async () => {
    save(await (await api().fetch("GET", "/admin/metrics")).blob(), "metrics.txt");
  });
  return (
    <Section title="Metrics">
      <p>Counts and times of everything, in the text format of Prometheus.</p>
      <ProblemView error={action.error} />
      <button
        type="button"
        class="secondary"
        aria-busy={action.busy}
        onClick={() => action.run()}
      >
        Download metrics
      </button>
    </Section>
  );
}
