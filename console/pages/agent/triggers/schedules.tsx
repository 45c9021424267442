import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Schedule } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { Confirm } from "../../../ui/dialog.tsx";
import { useAction } from "../../../ui/load.ts";
import { Section } from "../../../ui/page.tsx";
import { ProblemView } from "../../../ui/problem.tsx";
import { StatusBadge } from "../../../ui/states.tsx";
import { PagedTable, type Pages, usePages } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { ScheduleDialog } from "./schedule_dialog.tsx";
import type { TriggerProps } from "./tab.tsx";

/** When an agent runs by itself. */
export function Schedules({ agent, mayChange }: TriggerProps) {
  const { schedules } = api().agents;
  const [open, setOpen] = useState<Schedule | "new">();
  const [ending, setEnding] = useState<string>();
  const pages = usePages((cursor) => schedules.list(agent).page({ cursor }), [agent]);
  const toggle = useAction(async ({ name, enabled }: Schedule) => {
    await schedules.update(agent, name, { enabled: !enabled });
    pages.reload();
  });
  return (
    <Section
      title="Schedules"
      actions={mayChange && (
        <button type="button" onClick={() => setOpen("new")}>New schedule</button>
      )}
    >
      <ProblemView error={toggle.error} />
      <ScheduleTable pages={pages}>
        {(schedule) =>
          mayChange && (
            <Changes
              of={schedule}
              onChange={() => setOpen(schedule)}
              onToggle={() => void toggle.run(schedule)}
              onEnd={() => setEnding(schedule.name)}
            />
          )}
      </ScheduleTable>
      {open !== undefined && (
        <ScheduleDialog
          agent={agent}
          of={open === "new" ? undefined : open}
          onClose={(done) => {
            setOpen(undefined);
            if (done) pages.reload();
          }}
        />
      )}
      {ending !== undefined && (
        <End
          agent={agent}
          name={ending}
          onClose={(done) => {
            setEnding(undefined);
            if (done) pages.reload();
          }}
        />
      )}
    </Section>
  );
}

function End({ agent, name, onClose }: {
  agent: string;
  name: string;
  onClose(done: boolean): void;
}) {
  return (
    <Confirm
      title={`End ${name}?`}
      yes="End the schedule"
      act={() => api().agents.schedules.remove(agent, name)}
      onClose={onClose}
    >
      <p>Runs that it has queued go on.</p>
    </Confirm>
  );
}

function Changes({ of: { name, enabled }, onChange, onToggle, onEnd }: {
  of: Schedule;
  onChange(): void;
  onToggle(): void;
  onEnd(): void;
}) {
  const which = <span class="hidden">{name}</span>;
  return (
    <div class="actions">
      <button type="button" class="secondary" onClick={onChange}>Change {which}</button>
      <button type="button" class="secondary" onClick={onToggle}>
        {enabled ? "Switch off" : "Switch on"} {which}
      </button>
      <button type="button" class="secondary" onClick={onEnd}>End… {which}</button>
    </div>
  );
}

function ScheduleTable({ pages, children }: {
  pages: Pages<Schedule>;
  /** What can be done with one. */
  children(schedule: Schedule): ComponentChildren;
}) {
  return (
    <PagedTable
      pages={pages}
      caption="Schedules"
      empty="It runs at no time by itself."
      rowKey={({ id }) => id}
      columns={[
        { head: "Name", cell: ({ name }) => name },
        {
          head: "Cron line",
          cell: ({ cron, time_zone }) => (
            <>
              <code>{cron}</code> {time_zone}
            </>
          ),
        },
        { head: "State", cell: (schedule) => <State {...schedule} /> },
        { head: "Next", cell: ({ next_at }) => <Time at={next_at} /> },
        { head: "Last", cell: (schedule) => <Last {...schedule} /> },
        { head: "", cell: children },
      ]}
    />
  );
}

function State({ enabled, last_problem }: Schedule) {
  return (
    <>
      <StatusBadge status={enabled ? "active" : "off"} />
      {last_problem && (
        <>
          <StatusBadge status={last_problem} tone="warn" />
        </>
      )}
    </>
  );
}

function Last({ last_at, last_run_id }: Schedule) {
  return last_run_id === null ? <Time at={last_at} /> : (
    <a href={`/runs/${last_run_id}`}>
      <Time at={last_at} />
    </a>
  );
}
