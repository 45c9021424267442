import { useState } from "preact/hooks";
import type { NewSchedule, Schedule } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { fieldOf } from "../../../schema/field.ts";
import { JsonField } from "../../../schema/json.tsx";
import { CheckField, Form, SelectField, TextField } from "../../../ui/form.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { useAction, useLoad } from "../../../ui/load.ts";
import { problemOf } from "../../../ui/problem.tsx";

const INPUT = fieldOf({ title: "Input", description: "As JSON; null for none." });
const PREVIEWED = 3;

/** A new schedule, or another look at one: says when it would fire before it is kept. */
export function ScheduleDialog({ agent, of, onClose }: {
  agent: string;
  of: Schedule | undefined;
  onClose(done: boolean): void;
}) {
  const [schedule, setSchedule] = useState<NewSchedule>(
    of ? changeable(of) : {
      name: "",
      cron: "30 8 * * mon-fri",
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      missed: "skip",
      input: null,
    },
  );
  const set = (patch: Partial<NewSchedule>) => setSchedule((before) => ({ ...before, ...patch }));
  const action = useAction(async () => {
    const { schedules } = api().agents;
    const { name, ...change } = schedule;
    if (of) await schedules.update(agent, of.name, change);
    else await schedules.create(agent, { name, ...change });
    onClose(true);
  });
  const { error } = action;
  return (
    <Dialog title={of ? `Change ${of.name}` : "New schedule"} onClose={() => onClose(false)}>
      <Form action={action} submit={of ? "Save" : "Create schedule"}>
        {of === undefined && (
          <TextField
            label="Name"
            path="name"
            error={error}
            required
            value={schedule.name}
            onInput={(name) => set({ name })}
          />
        )}
        <Times agent={agent} schedule={schedule} set={set} error={error} />
      </Form>
    </Dialog>
  );
}

/** When it fires, and with what. */
function Times({ agent, schedule, set, error }: {
  agent: string;
  schedule: NewSchedule;
  set(patch: Partial<NewSchedule>): void;
  error: unknown;
}) {
  return (
    <>
      <TextField
        label="Cron line"
        hint="Minute, hour, day of the month, month, day of the week."
        path="cron"
        error={error}
        required
        value={schedule.cron}
        onInput={(cron) => set({ cron })}
      />
      <TextField
        label="Time zone"
        path="time_zone"
        error={error}
        required
        value={schedule.time_zone ?? "UTC"}
        onInput={(time_zone) => set({ time_zone })}
      />
      <Preview agent={agent} cron={schedule.cron} timeZone={schedule.time_zone ?? "UTC"} />
      <SelectField
        label="A time that was missed"
        value={schedule.missed ?? "skip"}
        options={[["skip", "is skipped"], ["once", "is made up for, once"]]}
        onInput={(missed) => set({ missed: missed === "once" ? "once" : "skip" })}
      />
      <JsonField
        field={INPUT}
        value={schedule.input}
        onChange={(input) => set({ input })}
        path="input"
        error={error}
      />
      <CheckField
        label="Switched on"
        checked={schedule.enabled ?? true}
        onInput={(enabled) => set({ enabled })}
      />
    </>
  );
}

/** What of a schedule is sent again: what was not touched is the same. */
function changeable({ name, cron, time_zone, missed, input, enabled }: Schedule): NewSchedule {
  return { name, cron, time_zone, missed, input, enabled };
}

/** When a line fires next, or why it never does. */
function Preview({ agent, cron, timeZone }: { agent: string; cron: string; timeZone: string }) {
  const next = useLoad(
    () =>
      cron.trim() === ""
        ? Promise.resolve([])
        : api().agents.schedules.preview(agent, cron, { timeZone, limit: PREVIEWED }),
    [agent, cron, timeZone],
  );
  const problem = next.error === undefined ? undefined : problemOf(next.error);
  return (
    <p class="quiet" role="status">
      {problem
        ? problem.detail ?? problem.title
        : `Next: ${(next.data ?? []).map((at) => new Date(at).toLocaleString("en")).join(" · ")}`}
    </p>
  );
}
