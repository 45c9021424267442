import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Agent, VersionSummary } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { can } from "../../../session/permissions.ts";
import { useAction } from "../../../ui/load.ts";
import { ProblemView } from "../../../ui/problem.tsx";
import { StatusBadge } from "../../../ui/states.tsx";
import { PagedTable, type Pages, usePages } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toast } from "../../../ui/toast.tsx";
import type { TabProps } from "../tabs.ts";
import { Approval } from "./approval.tsx";
import { Comparison } from "./comparison.tsx";

/** An agent's versions: which one runs, what changed, and the way back. */
export function VersionsTab({ agent, onChange }: TabProps) {
  const { name, current_version } = agent;
  const [compared, setCompared] = useState<number>();
  const [approved, setApproved] = useState<number>();
  const pages = usePages(
    (cursor) => api().agents.versions.list(name).page({ cursor }),
    [agent.id],
  );
  const publish = useAction(async (version: number) => {
    await api().agents.publish(name, version);
    toast(`Version ${version} is the one that runs.`);
    pages.reload();
    onChange();
  });
  return (
    <>
      <ProblemView error={publish.error} />
      <VersionTable pages={pages} current={current_version}>
        {(version) => (
          <Actions
            {...version}
            agent={agent}
            busy={publish.busy}
            onPublish={publish.run}
            onCompare={setCompared}
            onApprove={setApproved}
          />
        )}
      </VersionTable>
      {compared !== undefined && (
        <Comparison
          key={compared}
          agent={agent}
          version={compared}
          onClose={() => setCompared(undefined)}
        />
      )}
      {approved !== undefined && (
        <Approval
          agent={name}
          version={approved}
          onClose={(done) => {
            setApproved(undefined);
            if (done) pages.reload();
          }}
        />
      )}
    </>
  );
}

function VersionTable({ pages, current, children }: {
  pages: Pages<VersionSummary>;
  current: number;
  /** What can be done with one. */
  children(version: VersionSummary): ComponentChildren;
}) {
  return (
    <PagedTable
      pages={pages}
      caption="Versions"
      empty="There is no version."
      rowKey={({ version }) => String(version)}
      columns={[
        { head: "Version", cell: ({ version }) => version },
        { head: "State", cell: (version) => <State of={version} current={current} /> },
        { head: "Made", cell: ({ created_at }) => <Time at={created_at} /> },
        { head: "Published", cell: ({ published_at }) => <Time at={published_at} /> },
        { head: "", cell: children },
      ]}
    />
  );
}

function State({ of: { version, approval }, current }: { of: VersionSummary; current: number }) {
  if (version === current) return <StatusBadge status="published" />;
  if (approval === "needed") return <StatusBadge status="approval needed" tone="warn" />;
  return <span class="quiet">kept</span>;
}

/** What can be done with a version. */
function Actions({ version, approval, agent, busy, onPublish, onCompare, onApprove }:
  & VersionSummary
  & {
    agent: Agent;
    busy: boolean;
    onPublish(version: number): void;
    onCompare(version: number): void;
    onApprove(version: number): void;
  }) {
  const isCurrent = version === agent.current_version;
  const mayWrite = can("agents:write");
  return (
    <div class="actions">
      <button type="button" class="secondary" onClick={() => onCompare(version)}>
        {isCurrent ? "Look at" : "Compare"} <span class="hidden">version {version}</span>
      </button>
      {mayWrite && approval === "needed" && (
        <button
          type="button"
          onClick={() => onApprove(version)}
        >
          Review <span class="hidden">version {version}</span>
        </button>
      )}
      {mayWrite && !isCurrent && approval !== "needed" && (
        <button
          type="button"
          disabled={busy}
          onClick={() => onPublish(version)}
        >
          {version < agent.current_version ? "Roll back" : "Publish"}{" "}
          <span class="hidden">to version {version}</span>
        </button>
      )}
    </div>
  );
}
