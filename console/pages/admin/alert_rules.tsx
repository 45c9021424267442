import { useState } from "preact/hooks";
import type { Rule } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { CheckField, Form, SelectField, TextField } from "../../ui/form.tsx";
import { useAction, useLoad } from "../../ui/load.ts";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading, StatusBadge } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { oneOf } from "./parts/filter.tsx";
import { EVENT_TYPES } from "./parts/words.ts";

const PER = ["user", "address", "global"] as const;
const NEW: Rule = {
  name: "",
  type: "auth_failed",
  threshold: 10,
  window_s: 60,
  per: "address",
  enabled: true,
};

/** The rules that make alerts; administrators change them. */
export function AlertRules() {
  const rules = useLoad((signal) => api().request("GET", "/admin/alert-rules", { signal }));
  const [rule, setRule] = useState<Rule>();
  const close = (done: boolean) => {
    setRule(undefined);
    if (done) rules.reload();
  };
  return (
    <>
      <ProblemView error={rules.error} retry={rules.reload} />
      {rules.data === undefined && rules.loading && <Loading />}
      {rules.data && (
        <Table
          caption="Alert rules"
          items={rules.data.data}
          rowKey={({ name }) => name}
          columns={columns(setRule)}
        />
      )}
      {can("admin") && (
        <button type="button" class="secondary" onClick={() => setRule(NEW)}>New rule…</button>
      )}
      {rule && <RuleDialog rule={rule} onClose={close} />}
    </>
  );
}

function columns(change: (rule: Rule) => void): readonly Column<Rule>[] {
  return [
    { head: "Rule", cell: ({ name }) => <code>{name}</code> },
    { head: "Events", cell: ({ threshold, type }) => `${threshold} × ${type}` },
    { head: "Within", cell: ({ window_s }) => `${window_s} s` },
    { head: "Of one", cell: ({ per }) => per },
    {
      head: "State",
      cell: ({ enabled }) => (
        <StatusBadge status={enabled ? "on" : "off"} tone={enabled ? "good" : "idle"} />
      ),
    },
    {
      head: "",
      cell: (rule) =>
        can("admin") && (
          <button
            type="button"
            class="small"
            aria-label={`Change the rule ${rule.name}`}
            onClick={() => change(rule)}
          >
            Change…
          </button>
        ),
    },
  ];
}

function RuleDialog({ rule, onClose }: { rule: Rule; onClose(done: boolean): void }) {
  const isNew = rule.name === "";
  const [draft, setDraft] = useState(rule);
  const set = (change: Partial<Rule>) => setDraft({ ...draft, ...change });
  const action = useAction(async () => {
    const { name, ...body } = draft;
    await api().request("PUT", "/admin/alert-rules/{name}", { params: { name }, body });
    toast(`The rule ${name} is kept.`);
    onClose(true);
  });
  return (
    <Dialog title={isNew ? "New rule" : `Rule ${rule.name}`} onClose={() => onClose(false)}>
      <Form action={action} submit="Keep the rule">
        {isNew && (
          <TextField
            label="Name"
            hint="Small letters and _, beginning with a letter"
            pattern="[a-z][a-z_]{0,39}"
            path="params.name"
            error={action.error}
            value={draft.name}
            onInput={(name) => set({ name })}
            required
          />
        )}
        <RuleFields draft={draft} set={set} error={action.error} />
      </Form>
    </Dialog>
  );
}

function RuleFields({ draft, set, error }: {
  draft: Rule;
  set(change: Partial<Rule>): void;
  error: unknown;
}) {
  return (
    <>
      <SelectField
        label="Type of event"
        value={draft.type}
        onInput={(type) => set({ type: oneOf(EVENT_TYPES, type) ?? draft.type })}
        options={EVENT_TYPES.map((type) => [type, type.replaceAll("_", " ")])}
      />
      <TextField
        label="How many"
        type="number"
        min={1}
        path="threshold"
        error={error}
        value={String(draft.threshold)}
        onInput={(value) => set({ threshold: Number(value) })}
      />
      <TextField
        label="Within how many seconds"
        type="number"
        min={1}
        max={86_400}
        path="window_s"
        error={error}
        value={String(draft.window_s)}
        onInput={(value) => set({ window_s: Number(value) })}
      />
      <SelectField
        label="Of one"
        value={draft.per}
        onInput={(per) => set({ per: oneOf(PER, per) ?? draft.per })}
        options={[["user", "user"], ["address", "address"], ["global", "all together"]]}
      />
      <CheckField
        label="It makes alerts"
        checked={draft.enabled}
        onInput={(enabled) => set({ enabled })}
      />
    </>
  );
}
