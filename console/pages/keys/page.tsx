import { useState } from "preact/hooks";
import type { CreatedKey, Key } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { Page } from "../../ui/page.tsx";
import { ShownOnce } from "../../ui/shown_once.tsx";
import { Empty, StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { visible } from "../../ui/visible.ts";
import { NewKeyDialog } from "./new_key.tsx";

/** What the page asks about at the moment. */
type Asked = { do: "create" } | { do: "revoke" | "rotate"; key: Key } | undefined;

/** The account's API keys. A key itself is shown once, when it is made, and kept nowhere. */
export function KeysPage() {
  const pages = usePages((cursor, signal) =>
    api().request("GET", "/admin/keys", { query: { limit: 50, cursor }, signal })
  );
  const [asked, ask] = useState<Asked>();
  const [made, setMade] = useState<CreatedKey>();
  const close = () => ask(undefined);
  const show = (key: CreatedKey) => {
    close();
    setMade(key);
    pages.reload();
  };
  return (
    <Page
      title="API keys"
      lead="For programs of yours: a key stands for you, within what you allow it."
      actions={<button type="button" onClick={() => ask({ do: "create" })}>New key</button>}
    >
      <PagedTable
        pages={pages}
        caption="API keys"
        rowKey={({ id }) => id}
        empty={
          <Empty title="No keys yet">
            <p>Make one for a program or the CLI.</p>
          </Empty>
        }
        columns={columnsOf(ask)}
      />
      {asked?.do === "create" && <NewKeyDialog onClose={close} onMade={show} />}
      {asked?.do === "revoke" && (
        <Revoke item={asked.key} onClose={(done) => (close(), done && pages.reload())} />
      )}
      {asked?.do === "rotate" && <Rotate item={asked.key} onClose={close} onMade={show} />}
      {made && (
        <ShownOnce
          title="Keep your key now"
          label="API key"
          value={made.secret}
          onClose={() => setMade(undefined)}
        >
          <p>
            This is the only time that it is shown: nobody can read it again, neither you nor we.
          </p>
        </ShownOnce>
      )}
    </Page>
  );
}

function columnsOf(ask: (asked: Asked) => void): readonly Column<Key>[] {
  return [
    { head: "Name", cell: ({ name }) => <bdi>{visible(name)}</bdi> },
    { head: "State", cell: (key) => <StatusBadge status={stateOf(key)} /> },
    { head: "Known by", cell: ({ public_id }) => <code>{public_id}</code> },
    { head: "May", cell: ({ scopes }) => <small>{scopes.join(", ")}</small> },
    { head: "Agent", cell: ({ agent }) => agent ?? "all" },
    { head: "Last used", cell: ({ last_used_at }) => <Time at={last_used_at} /> },
    { head: "Expires", cell: ({ expires_at }) => <Time at={expires_at} /> },
    { head: "", cell: (key) => <Deeds item={key} ask={ask} /> },
  ];
}

function Deeds({ item, ask }: { item: Key; ask(asked: Asked): void }) {
  if (stateOf(item) !== "active") return null;
  const name = visible(item.name);
  return (
    <div class="actions">
      <button
        type="button"
        class="outline"
        aria-label={`Rotate ${name}`}
        onClick={() => ask({ do: "rotate", key: item })}
      >
        Rotate
      </button>
      <button
        type="button"
        class="danger"
        aria-label={`Revoke ${name}`}
        onClick={() => ask({ do: "revoke", key: item })}
      >
        Revoke
      </button>
    </div>
  );
}

function Revoke({ item, onClose }: { item: Key; onClose(done: boolean): void }) {
  return (
    <Confirm
      title="Revoke this key?"
      yes="Revoke"
      act={() => api().keys.revoke(item.id)}
      onClose={onClose}
    >
      <p>
        Whatever uses{" "}
        <strong>
          <bdi>{visible(item.name)}</bdi>
        </strong>{" "}
        stops working at once. This cannot be taken back.
      </p>
    </Confirm>
  );
}

function Rotate({ item, onClose, onMade }: {
  item: Key;
  onClose(): void;
  onMade(key: CreatedKey): void;
}) {
  return (
    <Confirm
      title="Replace this key?"
      yes="Replace"
      act={async () => onMade(await api().keys.rotate(item.id))}
      onClose={(done) => done || onClose()}
    >
      <p>
        A new key takes the place of{" "}
        <strong>
          <bdi>{visible(item.name)}</bdi>
        </strong>. The old one stays good for a day.
      </p>
    </Confirm>
  );
}

function stateOf({ revoked_at, expires_at }: Key): "revoked" | "expired" | "active" {
  if (revoked_at !== null && Date.parse(revoked_at) <= Date.now()) return "revoked";
  return expires_at !== null && Date.parse(expires_at) <= Date.now() ? "expired" : "active";
}
