import { useState } from "preact/hooks";
import type { Secret } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty } from "../../ui/states.tsx";
import { PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { SecretDialog } from "./form.tsx";

/** What the page asks about at the moment. */
type Asked = { do: "create" } | { do: "replace" | "remove"; secret: Secret } | undefined;

/** The account's secrets: their names and where they may go. No answer has a value. */
export function SecretsPage() {
  const pages = usePages((cursor, signal) =>
    api().request("GET", "/admin/secrets", { query: { limit: 50, cursor }, signal })
  );
  const [asked, ask] = useState<Asked>();
  const close = (said: string) => (done: boolean) => {
    ask(undefined);
    if (!done) return;
    toast(said);
    pages.reload();
  };
  return (
    <Page
      title="Secrets"
      lead="Values that tools put into requests of your agents. Agents never see them."
      actions={<button type="button" onClick={() => ask({ do: "create" })}>New secret</button>}
    >
      <PagedTable
        pages={pages}
        caption="Secrets"
        rowKey={({ id }) => id}
        empty={
          <Empty title="No secrets yet">
            <p>Keep an API key here, and let an agent's policy name it.</p>
          </Empty>
        }
        columns={[
          { head: "Name", cell: ({ name }) => <code>{name}</code> },
          { head: "Sent to", cell: ({ hosts }) => hosts.join(", ") },
          { head: "Agent", cell: ({ agent, agent_id }) => agent ?? (agent_id ? "one" : "all") },
          { head: "Version", cell: ({ version }) => version, end: true },
          { head: "Changed", cell: ({ updated_at }) => <Time at={updated_at} /> },
          { head: "Last used", cell: ({ last_used_at }) => <Time at={last_used_at} /> },
          { head: "Expires", cell: ({ expires_at }) => <Time at={expires_at} /> },
          { head: "", cell: (secret) => <Deeds item={secret} ask={ask} /> },
        ]}
      />
      {asked?.do === "create" && <SecretDialog onClose={close("Kept")} />}
      {asked?.do === "replace" && (
        <SecretDialog
          secret={asked.secret}
          onClose={close("Replaced")}
        />
      )}
      {asked?.do === "remove" && <Remove item={asked.secret} onClose={close("Removed")} />}
    </Page>
  );
}

function Deeds({ item, ask }: { item: Secret; ask(asked: Asked): void }) {
  return (
    <div class="actions">
      <button
        type="button"
        class="outline"
        aria-label={`Replace ${item.name}`}
        onClick={() => ask({ do: "replace", secret: item })}
      >
        Replace
      </button>
      <button
        type="button"
        class="danger"
        aria-label={`Remove ${item.name}`}
        onClick={() => ask({ do: "remove", secret: item })}
      >
        Remove
      </button>
    </div>
  );
}

function Remove({ item, onClose }: { item: Secret; onClose(done: boolean): void }) {
  return (
    <Confirm
      title="Remove this secret?"
      yes="Remove"
      act={() => api().secrets.remove(item.id)}
      onClose={onClose}
    >
      <p>
        Requests that would carry <code>{item.name}</code>{" "}
        fail from now on. Its value cannot be brought back.
      </p>
    </Confirm>
  );
}
