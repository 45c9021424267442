import { useState } from "preact/hooks";
import type { RetentionPolicy } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { CheckField, Form, TextField } from "../../ui/form.tsx";
import { useAction, useLoad } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { Expire } from "./expire.tsx";

/** For how long each kind of things is kept, and what goes now. */
export function RetentionPage() {
  const policies = useLoad((signal) => api().request("GET", "/admin/retention", { signal }));
  const [policy, setPolicy] = useState<RetentionPolicy>();
  const close = (done: boolean) => {
    setPolicy(undefined);
    if (done) policies.reload();
  };
  return (
    <Page title="Retention" lead="For how many days each kind of things is kept.">
      <ProblemView error={policies.error} retry={policies.reload} />
      {policies.data === undefined && policies.loading && <Loading />}
      {policies.data && (
        <Table
          caption="Retention"
          items={policies.data.data}
          rowKey={({ kind }) => kind}
          columns={[
            { head: "Kind", cell: ({ kind }) => kind.replaceAll("_", " ") },
            { head: "Kept", cell: ({ keep_days }) => days(keep_days), end: true },
            { head: "At least", cell: ({ min_days }) => days(min_days), end: true },
            { head: "At most", cell: ({ max_days }) => days(max_days), end: true },
            { head: "Changed", cell: ({ updated_at }) => <Time at={updated_at} /> },
            { head: "", cell: (policy) => <Change policy={policy} change={setPolicy} /> },
          ]}
        />
      )}
      <Section title="What goes now">
        <Expire />
      </Section>
      {policy && <DaysDialog policy={policy} onClose={close} />}
    </Page>
  );
}

function days(count: number | null): string {
  if (count === null) return "for ever";
  return count === 1 ? "1 day" : `${count} days`;
}

function Change({ policy, change }: {
  policy: RetentionPolicy;
  change(policy: RetentionPolicy): void;
}) {
  return (
    <button
      type="button"
      class="small"
      aria-label={`Change for how long ${policy.kind.replaceAll("_", " ")} are kept`}
      onClick={() => change(policy)}
    >
      Change…
    </button>
  );
}

function DaysDialog({ policy, onClose }: {
  policy: RetentionPolicy;
  onClose(done: boolean): void;
}) {
  const { kind, keep_days, min_days, max_days } = policy;
  const [text, setText] = useState(String(keep_days ?? max_days));
  const [forEver, setForEver] = useState(keep_days === null);
  const action = useAction(async () => {
    const body = { keep_days: forEver ? null : Number(text) };
    await api().request("PUT", "/admin/retention/{kind}", { params: { kind }, body });
    toast("It counts from the next round on.");
    onClose(true);
  });
  return (
    <Dialog
      title={`For how long ${kind.replaceAll("_", " ")} are kept`}
      onClose={() => onClose(false)}
    >
      <Form action={action} submit="Set it">
        <TextField
          label="Days"
          hint={`From ${min_days} to ${max_days}`}
          type="number"
          path="keep_days"
          error={action.error}
          value={text}
          onInput={setText}
          disabled={forEver}
        />
        <CheckField label="For ever" checked={forEver} onInput={setForEver} />
      </Form>
    </Dialog>
  );
}
