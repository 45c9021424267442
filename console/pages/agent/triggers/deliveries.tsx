import type { Webhook, WebhookDelivery } from "../../../../sdk/mod.ts";
import { api } from "../../../api.ts";
import { useAction } from "../../../ui/load.ts";
import { Section } from "../../../ui/page.tsx";
import { ProblemView } from "../../../ui/problem.tsx";
import { StatusBadge } from "../../../ui/states.tsx";
import { PagedTable, usePages } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toast } from "../../../ui/toast.tsx";
import { visible } from "../../../ui/visible.ts";

/** What a webhook was told, what came back, and another try. */
export function Deliveries({ agent, webhook, onClose }: {
  agent: string;
  webhook: Webhook;
  onClose(): void;
}) {
  const { webhooks } = api().agents;
  const pages = usePages((cursor) => webhooks.deliveries(agent, webhook.id).page({ cursor }));
  const again = useAction(async (id: string) => {
    await webhooks.redeliver(agent, webhook.id, id);
    toast("It is told again.");
    pages.reload();
  });
  return (
    <Section
      title="Deliveries"
      actions={
        <>
          <button type="button" class="secondary" onClick={pages.reload}>Look again</button>
          <button type="button" class="secondary" onClick={onClose}>Close</button>
        </>
      }
    >
      <ProblemView error={again.error} />
      <PagedTable
        pages={pages}
        caption={`Deliveries to ${visible(webhook.url)}`}
        empty="It was told of no run yet."
        rowKey={({ id }) => id}
        columns={[
          { head: "Run", cell: ({ run, run_status }) => <a href={`/runs/${run}`}>{run_status}</a> },
          { head: "State", cell: ({ state }) => <StatusBadge status={state.replace("_", " ")} /> },
          { head: "Tries", cell: ({ attempts }) => attempts, end: true },
          { head: "Answer", cell: (delivery) => <Answer {...delivery} /> },
          { head: "Begun", cell: ({ created_at }) => <Time at={created_at} /> },
          { head: "Next", cell: ({ next_at }) => <Time at={next_at} never="–" /> },
          {
            head: "",
            cell: ({ id }) => <Again busy={again.busy} onClick={() => void again.run(id)} />,
          },
        ]}
      />
    </Section>
  );
}

function Again({ busy, onClick }: { busy: boolean; onClick(): void }) {
  return (
    <button type="button" class="secondary" disabled={busy} onClick={onClick}>Tell again</button>
  );
}

/** What the other side said: a stranger's words, as text. */
function Answer({ last_status, last_error, response }: WebhookDelivery) {
  return (
    <>
      {last_status ?? visible(last_error ?? "–")}
      {response && (
        <details>
          <summary>What it began with</summary>
          <pre>{visible(response)}</pre>
        </details>
      )}
    </>
  );
}
