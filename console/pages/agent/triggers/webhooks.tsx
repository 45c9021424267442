import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Webhook, WebhookWithSecret } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { Confirm } from "../../../ui/dialog.tsx";
import { useAction, useLoad } from "../../../ui/load.ts";
import { Section } from "../../../ui/page.tsx";
import { ProblemView } from "../../../ui/problem.tsx";
import { ShownOnce } from "../../../ui/shown_once.tsx";
import { Empty, StatusBadge } from "../../../ui/states.tsx";
import { Table } from "../../../ui/table.tsx";
import { visible } from "../../../ui/visible.ts";
import { Deliveries } from "./deliveries.tsx";
import type { TriggerProps } from "./tab.tsx";
import { WebhookDialog } from "./webhook_dialog.tsx";

/** Who is told, signed, when runs end. */
export function Webhooks({ agent, mayChange }: TriggerProps) {
  const { webhooks } = api().agents;
  const all = useLoad(() => webhooks.list(agent), [agent]);
  const [open, setOpen] = useState<Webhook | "new">();
  const [told, setTold] = useState<Webhook>();
  const [ending, setEnding] = useState<Webhook>();
  const [shown, setShown] = useState<WebhookWithSecret>();
  const change = useAction(async (work: () => Promise<unknown>) => {
    await work();
    all.reload();
  });
  const rotate = async ({ id }: Webhook) => setShown(await webhooks.rotate(agent, id));
  return (
    <Section
      title="Webhooks"
      actions={mayChange && (
        <button type="button" onClick={() => setOpen("new")}>New webhook</button>
      )}
    >
      <ProblemView error={all.error ?? change.error} />
      {all.data?.length === 0 && <Empty title="Nobody is told of its runs." />}
      {all.data !== undefined && all.data.length > 0 && (
        <WebhookTable webhooks={all.data}>
          {(webhook) => (
            <Actions
              mayChange={mayChange}
              onTold={() => setTold(webhook)}
              onChange={() => setOpen(webhook)}
              onRotate={() => void change.run(() => rotate(webhook))}
              onEnd={() => setEnding(webhook)}
            />
          )}
        </WebhookTable>
      )}
      {told && (
        <Deliveries
          {...{ agent, webhook: told }}
          key={told.id}
          onClose={() => setTold(undefined)}
        />
      )}
      {open !== undefined && (
        <WebhookDialog
          agent={agent}
          of={open === "new" ? undefined : open}
          onClose={(made) => {
            setOpen(undefined);
            setShown(made);
            all.reload();
          }}
        />
      )}
      {shown && <Secret of={shown} onClose={() => setShown(undefined)} />}
      {ending && (
        <End
          agent={agent}
          webhook={ending}
          onClose={(done) => {
            setEnding(undefined);
            if (done) all.reload();
          }}
        />
      )}
    </Section>
  );
}

function Actions({ mayChange, onTold, onChange, onRotate, onEnd }: {
  mayChange: boolean;
  onTold(): void;
  onChange(): void;
  onRotate(): void;
  onEnd(): void;
}) {
  return (
    <div class="actions">
      <button type="button" class="secondary" onClick={onTold}>Deliveries</button>
      {mayChange && (
        <>
          <button type="button" class="secondary" onClick={onChange}>Change</button>
          <button type="button" class="secondary" onClick={onRotate}>Next secret</button>
          <button type="button" class="secondary" onClick={onEnd}>End…</button>
        </>
      )}
    </div>
  );
}

function End({ agent, webhook: { id }, onClose }: {
  agent: string;
  webhook: Webhook;
  onClose(done: boolean): void;
}) {
  return (
    <Confirm
      title="End this webhook?"
      yes="End the webhook"
      act={() => api().agents.webhooks.remove(agent, id)}
      onClose={onClose}
    >
      <p>What it was still to be told is dropped.</p>
    </Confirm>
  );
}

function WebhookTable({ webhooks, children }: {
  webhooks: readonly Webhook[];
  /** What can be done with one. */
  children(webhook: Webhook): ComponentChildren;
}) {
  return (
    <Table
      caption="Webhooks"
      items={webhooks}
      rowKey={({ id }) => id}
      columns={[
        { head: "Told", cell: ({ url }) => <code>{visible(url)}</code> },
        { head: "Of runs that", cell: ({ statuses }) => statuses.join(", ").replaceAll("_", " ") },
        { head: "State", cell: (webhook) => <State {...webhook} /> },
        { head: "", cell: children },
      ]}
    />
  );
}

function Secret({ of, onClose }: { of: WebhookWithSecret; onClose(): void }) {
  return (
    <ShownOnce title="The webhook's secret" label="Secret" value={of.secret} onClose={onClose}>
      <p>Check what arrives with it. It is shown this once.</p>
    </ShownOnce>
  );
}

function State({ enabled, disabled_reason }: Webhook) {
  if (disabled_reason) return <StatusBadge status={`off: ${disabled_reason}`} tone="bad" />;
  return <StatusBadge status={enabled ? "active" : "off"} />;
}
