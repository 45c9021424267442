import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { Section } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { save } from "../../ui/save.ts";
import { toast } from "../../ui/toast.tsx";
import type { TabProps } from "./tabs.ts";

/** An agent's name and description, what programs have to know, the shelf, and its end. */
export function SettingsTab(props: TabProps) {
  if (!can("agents:write")) return <p>Your role reads agents and does not change them.</p>;
  return (
    <>
      <Naming {...props} />
      <ForPrograms {...props} />
      <Shelf {...props} />
      <End {...props} />
    </>
  );
}

function Naming({ agent, onChange }: TabProps) {
  const { route } = useLocation();
  const [name, setName] = useState(agent.name);
  const [description, setDescription] = useState(agent.description);
  const rename = useAction(async () => {
    const changed = await api().agents.update(agent.name, { name, description });
    toast("Saved.");
    if (changed.name !== agent.name) route(`/agents/${changed.name}/settings`, true);
    else onChange();
  });
  const { error } = rename;
  return (
    <Section title="Name">
      <Form action={rename} submit="Save">
        <TextField label="Name" path="name" error={error} value={name} onInput={setName} />
        <TextField
          label="Description"
          path="description"
          error={error}
          value={description}
          onInput={setDescription}
        />
      </Form>
    </Section>
  );
}

function ForPrograms({ agent: { name } }: TabProps) {
  const describe = useAction(async () => {
    const text = JSON.stringify(await api().agents.openapi(name), undefined, 2);
    save(new Blob([text], { type: "application/json" }), `${name}.openapi.json`);
  });
  return (
    <Section title="API">
      <p>
        <a href="/reference.html" target="_self">How programs run it</a>, and the same about this
        agent alone, with the input that its published version takes:
      </p>
      <ProblemView error={describe.error} />
      <button type="button" class="secondary" onClick={() => void describe.run()}>
        Save as OpenAPI
      </button>
    </Section>
  );
}

function Shelf({ agent: { name, state }, onChange }: TabProps) {
  const isArchived = state === "archived";
  const shelve = useAction(async () => {
    const { agents } = api();
    await (isArchived ? agents.restore(name) : agents.archive(name));
    onChange();
  });
  return (
    <Section title="Archive">
      <p>An archived agent is kept with all that belongs to it, and no run of it starts.</p>
      <ProblemView error={shelve.error} />
      <button
        type="button"
        class="secondary"
        disabled={shelve.busy}
        onClick={() => void shelve.run()}
      >
        {isArchived ? "Take it back" : "Archive it"}
      </button>
    </Section>
  );
}

function End({ agent: { name } }: TabProps) {
  const { route } = useLocation();
  const [isAsked, setAsked] = useState(false);
  const close = (done: boolean) => {
    setAsked(false);
    if (!done) return;
    toast(`${name} is deleted.`);
    route("/agents", true);
  };
  return (
    <Section title="Delete">
      <p>Deletes the agent with its versions, files and triggers. Its runs stay readable.</p>
      <button type="button" class="danger" onClick={() => setAsked(true)}>Delete the agent…</button>
      {isAsked && (
        <Confirm
          title={`Delete ${name}?`}
          yes="Delete for ever"
          act={() => api().agents.remove(name)}
          onClose={close}
        >
          <p>Nobody can take this back.</p>
        </Confirm>
      )}
    </Section>
  );
}
