import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Hook, HookWithSecret } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { project } from "../../../session/session.ts";
import { Confirm, Dialog } from "../../../ui/dialog.tsx";
import { Form, SelectField, TextField } from "../../../ui/form.tsx";
import { useAction, useLoad } from "../../../ui/load.ts";
import { Section } from "../../../ui/page.tsx";
import { ProblemView } from "../../../ui/problem.tsx";
import { ShownOnce } from "../../../ui/shown_once.tsx";
import { Empty, StatusBadge } from "../../../ui/states.tsx";
import { Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import type { TriggerProps } from "./tab.tsx";

/** Addresses by which others start runs, each signed with a secret of its own. */
export function Hooks({ agent, mayChange }: TriggerProps) {
  const { hooks } = api().agents;
  const all = useLoad(() => hooks.list(agent), [agent]);
  const [isNew, setNew] = useState(false);
  const [ending, setEnding] = useState<Hook>();
  const [shown, setShown] = useState<HookWithSecret>();
  const change = useAction(async (work: () => Promise<unknown>) => {
    await work();
    all.reload();
  });
  const rotate = ({ id }: Hook) => async () => setShown(await hooks.rotate(agent, id));
  const toggle = ({ id, enabled }: Hook) => () => hooks.update(agent, id, { enabled: !enabled });
  return (
    <Section
      title="Hooks"
      actions={mayChange && <button type="button" onClick={() => setNew(true)}>New hook</button>}
    >
      <ProblemView error={all.error ?? change.error} />
      {all.data?.length === 0 && <Empty title="Nobody else starts runs of it." />}
      {all.data !== undefined && all.data.length > 0 && (
        <HookTable hooks={all.data}>
          {(hook) =>
            mayChange && (
              <Changes
                of={hook}
                onRotate={() => void change.run(rotate(hook))}
                onToggle={() => void change.run(toggle(hook))}
                onEnd={() => setEnding(hook)}
              />
            )}
        </HookTable>
      )}
      {isNew && (
        <NewHook
          agent={agent}
          onClose={(made) => {
            setNew(false);
            setShown(made);
            if (made) all.reload();
          }}
        />
      )}
      {shown && <Secret of={shown} onClose={() => setShown(undefined)} />}
      {ending && (
        <End
          agent={agent}
          hook={ending}
          onClose={(done) => {
            setEnding(undefined);
            if (done) all.reload();
          }}
        />
      )}
    </Section>
  );
}

function Changes({ of: { enabled }, onRotate, onToggle, onEnd }: {
  of: Hook;
  onRotate(): void;
  onToggle(): void;
  onEnd(): void;
}) {
  return (
    <div class="actions">
      <button type="button" class="secondary" onClick={onRotate}>Next secret</button>
      <button type="button" class="secondary" onClick={onToggle}>
        {enabled ? "Switch off" : "Switch on"}
      </button>
      <button type="button" class="secondary" onClick={onEnd}>End…</button>
    </div>
  );
}

function End({ agent, hook: { id }, onClose }: {
  agent: string;
  hook: Hook;
  onClose(done: boolean): void;
}) {
  return (
    <Confirm
      title="End this hook?"
      yes="End the hook"
      act={() => api().agents.hooks.remove(agent, id)}
      onClose={onClose}
    >
      <p>Nothing that is sent to it starts a run any more.</p>
    </Confirm>
  );
}

function HookTable({ hooks, children }: {
  hooks: readonly Hook[];
  /** What can be done with one. */
  children(hook: Hook): ComponentChildren;
}) {
  return (
    <Table
      caption="Hooks"
      items={hooks}
      rowKey={({ id }) => id}
      columns={[
        { head: "Address", cell: ({ path }) => <code>{project().url}{path}</code> },
        { head: "Signed by", cell: ({ kind }) => kind },
        { head: "For", cell: ({ description }) => description },
        {
          head: "State",
          cell: ({ enabled }) => <StatusBadge status={enabled ? "active" : "off"} />,
        },
        { head: "Last used", cell: ({ last_used_at }) => <Time at={last_used_at} /> },
        { head: "", cell: children },
      ]}
    />
  );
}

function Secret({ of, onClose }: { of: HookWithSecret; onClose(): void }) {
  return (
    <ShownOnce title="The hook's secret" label="Secret" value={of.secret} onClose={onClose}>
      <p>The sender signs with it. It is shown this once.</p>
    </ShownOnce>
  );
}

function NewHook({ agent, onClose }: {
  agent: string;
  onClose(made: HookWithSecret | undefined): void;
}) {
  const [kind, setKind] = useState<"standard" | "github">("standard");
  const [description, setDescription] = useState("");
  const action = useAction(async () => {
    onClose(await api().agents.hooks.create(agent, { kind, description }));
  });
  return (
    <Dialog title="New hook" onClose={() => onClose(undefined)}>
      <Form action={action} submit="Create hook">
        <SelectField
          label="Who signs"
          value={kind}
          options={[["standard", "as Standard Webhooks has it"], ["github", "GitHub"]]}
          onInput={(chosen) => setKind(chosen === "github" ? "github" : "standard")}
        />
        <TextField
          label="Description"
          path="description"
          error={action.error}
          maxLength={200}
          value={description}
          onInput={setDescription}
        />
      </Form>
    </Dialog>
  );
}
