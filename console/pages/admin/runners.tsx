import { useState } from "preact/hooks";
import type { CreatedRunner, Runner } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { Page, Section } from "../../ui/page.tsx";
import { ShownOnce } from "../../ui/shown_once.tsx";
import { StatusBadge } from "../../ui/states.tsx";
import { type Column, PagedTable, usePages } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Text } from "./parts/facts.tsx";

/** Whoever takes queued runs, with an identity of their own. */
export function RunnersPage() {
  const pages = usePages((cursor, signal) => {
    return api().request("GET", "/admin/runners", { query: { cursor }, signal });
  });
  const [created, setCreated] = useState<CreatedRunner>();
  const [revoking, setRevoking] = useState<Runner>();
  const made = (runner: CreatedRunner) => {
    setCreated(runner);
    pages.reload();
  };
  const closeRevoking = (done: boolean) => {
    setRevoking(undefined);
    if (done) pages.reload();
  };
  return (
    <Page title="Runners" lead="Processes on machines of yours that take queued runs.">
      <Section title="New runner">
        <RunnerForm made={made} />
      </Section>
      <Section title="Runners">
        <PagedTable
          caption="Runners"
          pages={pages}
          empty="There is no runner: runs happen where the functions do."
          rowKey={({ id }) => id}
          columns={columns(setRevoking)}
        />
      </Section>
      {created && <KeyDialog runner={created} onClose={() => setCreated(undefined)} />}
      {revoking && <RevokeDialog runner={revoking} onClose={closeRevoking} />}
    </Page>
  );
}

function columns(revoke: (runner: Runner) => void): readonly Column<Runner>[] {
  return [
    { head: "Name", cell: ({ name }) => <Text>{name}</Text> },
    { head: "Key begins", cell: ({ public_id }) => <code>{public_id}</code> },
    { head: "Made", cell: ({ created_at }) => <Time at={created_at} /> },
    { head: "Last seen", cell: ({ last_seen_at }) => <Time at={last_seen_at} /> },
    {
      head: "State",
      cell: ({ revoked_at }) => <StatusBadge status={revoked_at ? "revoked" : "active"} />,
    },
    {
      head: "",
      cell: (runner) =>
        runner.revoked_at === null && (
          <button
            type="button"
            class="small danger"
            onClick={() => revoke(runner)}
          >
            Revoke…
          </button>
        ),
    },
  ];
}

function RunnerForm({ made }: { made(runner: CreatedRunner): void }) {
  const [name, setName] = useState("");
  const action = useAction(async () => {
    made(await api().request("POST", "/admin/runners", { body: { name } }));
    setName("");
  });
  return (
    <Form action={action} submit="Make a runner">
      <TextField
        label="Name"
        path="name"
        error={action.error}
        value={name}
        onInput={setName}
        maxLength={100}
        autoComplete="off"
        required
      />
    </Form>
  );
}

function KeyDialog({ runner, onClose }: { runner: CreatedRunner; onClose(): void }) {
  return (
    <ShownOnce
      title={`The key of ${runner.name}`}
      label="Key"
      value={runner.key}
      onClose={onClose}
    >
      <p>
        Set it as <code>CLOISTER_RUNNER_PULL_KEY</code>{" "}
        where the runner runs. It is not shown again.
      </p>
    </ShownOnce>
  );
}

function RevokeDialog({ runner, onClose }: { runner: Runner; onClose(done: boolean): void }) {
  const act = () => api().request("DELETE", "/admin/runners/{id}", { params: { id: runner.id } });
  return (
    <Confirm title={`Revoke ${runner.name}`} yes="Revoke it for good" act={act} onClose={onClose}>
      <p>It takes no run any more, and those that it has go back into the queue.</p>
    </Confirm>
  );
}
