import { useState } from "preact/hooks";
import type { Sandbox, Verdict, Verification } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { useAction, useLoad } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading, StatusBadge } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { bytes, duration } from "../../ui/time.tsx";
import { Code, Fact, Facts, Text } from "./parts/facts.tsx";
import { verifyAll } from "./parts/verify.ts";

/** What stands around agents here, and proof that it holds. */
export function SandboxPage() {
  const sandbox = useLoad((signal) => api().request("GET", "/admin/sandbox", { signal }));
  return (
    <Page title="Isolation" lead="What stands around the code of agents, and whether it holds.">
      <ProblemView error={sandbox.error} retry={sandbox.reload} />
      {sandbox.data === undefined && sandbox.loading && <Loading />}
      {sandbox.data && <Walls sandbox={sandbox.data} />}
      <Report />
    </Page>
  );
}

function Walls({ sandbox: { engine, layers, defaults, ceiling, pool } }: { sandbox: Sandbox }) {
  const names = Object.keys(defaults);
  const limits = new Map(Object.entries(defaults));
  const most = new Map(Object.entries(ceiling));
  return (
    <>
      <Facts>
        <Fact name="Engine">
          <Code>{engine}</Code>
        </Fact>
        <Fact name="Walls, outermost last">
          <ol class="chips">{layers.map((layer) => <li key={layer}>{layer}</li>)}</ol>
        </Fact>
        {Object.entries(pool ?? {}).map(([name, count]) => (
          <Fact key={name} name={`Pool: ${name.replaceAll("_", " ")}`}>{count}</Fact>
        ))}
      </Facts>
      <Section title="Limits">
        <Table
          caption="Limits of a run"
          items={names}
          rowKey={(name) => name}
          columns={[
            { head: "Of", cell: (name) => name.replaceAll("_", " ") },
            { head: "By default", cell: (name) => amount(name, limits.get(name)), end: true },
            { head: "At most", cell: (name) => amount(name, most.get(name)), end: true },
          ]}
        />
      </Section>
    </>
  );
}

function amount(name: string, value: number | undefined): string {
  if (name.endsWith("_bytes")) return bytes(value);
  return name.endsWith("_ms") ? duration(value) : String(value ?? "–");
}

function Report() {
  const [report, setReport] = useState<Verification>();
  const action = useAction(() => {
    setReport(undefined);
    const ask = (programs: readonly string[] | undefined) =>
      api().admin.sandbox.verify(programs === undefined ? {} : { programs: [...programs] });
    return verifyAll(ask, setReport);
  });
  return (
    <Section title="Isolation report">
      <p>
        Plays attack programs on the sandbox of this deployment, and says of each whether it was
        held. It takes a minute or more, and is safe while agents run.
      </p>
      <button type="button" aria-busy={action.busy} onClick={() => action.run()}>
        Verify the sandbox
      </button>
      <ProblemView error={action.error} />
      <div role="status">{report && <Summary report={report} />}</div>
      {report && (
        <Table
          caption="Attack programs"
          items={report.programs}
          rowKey={({ name }) => name}
          columns={VERDICTS}
        />
      )}
    </Section>
  );
}

function Summary({ report: { held, breached, skipped } }: { report: Verification }) {
  return (
    <p class={breached > 0 ? "verdict bad" : "verdict good"}>
      <strong>
        {breached === 0 ? `All ${held} held.` : `${breached} broke out, ${held} held.`}
      </strong>
      {skipped > 0 && ` ${skipped} are still to be tried.`}
    </p>
  );
}

const VERDICTS: readonly Column<Verdict>[] = [
  { head: "Program", cell: ({ name }) => <Code>{name}</Code> },
  { head: "Attempted", cell: ({ attempted }) => <Text>{attempted}</Text> },
  { head: "Ended as", cell: ({ ending }) => ending },
  { head: "Took", cell: ({ ms }) => duration(ms), end: true },
  { head: "Verdict", cell: ({ held }) => <Verdicted held={held} /> },
];

function Verdicted({ held }: { held: boolean | null }) {
  if (held === null) return <StatusBadge status="skipped" />;
  return held
    ? <StatusBadge status="held" tone="good" />
    : <StatusBadge status="breached" tone="bad" />;
}
