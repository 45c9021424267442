import "./cards.css";
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { type Template, TEMPLATES } from "../../../sdk/authoring/templates.ts";
import type { Draft } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { isInputSchema, isPolicy } from "../../schema/wire.ts";
import { Form, TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { Page } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { Described } from "./described.tsx";
import { useKeptText } from "./kept_text.ts";

/** What is kept of the choice of no template. */
const EMPTY = "empty";

/** Begins an agent from a template, and goes where it is written. What is typed stays in this tab. */
export function NewAgentPage() {
  const { route } = useLocation();
  const [chosen, choose] = useKeptText("template");
  const template = chosen === EMPTY ? undefined : TEMPLATES.find(({ name }) => name === chosen) ??
    TEMPLATES[0];
  const [draft, setDraft] = useState<Draft>();
  const [name, setName] = useKeptText("name");
  const [description, setDescription] = useKeptText("description");
  const action = useAction(async () => {
    const wanted = name || (draft ? "" : template?.name ?? "");
    const created = await api().agents.create({
      name: wanted,
      description: description || (draft ? "" : template?.description ?? ""),
      ...(draft ? contentOfDraft(draft) : contentOf(template)),
    });
    for (const forget of [choose, setName, setDescription]) forget("");
    toast(`${created.name} is there.`);
    route(`/agents/${created.name}/edit`);
  });
  return (
    <Page title="New agent" lead="Choose what to begin with. Everything can be changed afterwards.">
      <Form action={action} submit="Create agent">
        {draft === undefined && (
          <Templates
            chosen={template}
            onChoose={(template) => choose(template?.name ?? EMPTY)}
          />
        )}
        <Described draft={draft} onDraft={setDraft} />
        <TextField
          label="Name"
          hint="1 to 63 of a-z, 0-9, _ and -, beginning with a letter."
          path="name"
          error={action.error}
          placeholder={template?.name ?? ""}
          pattern="[a-z][a-z0-9_\-]*"
          maxLength={63}
          value={name}
          onInput={setName}
        />
        <TextField
          label="Description"
          path="description"
          error={action.error}
          placeholder={template?.description ?? ""}
          maxLength={2000}
          value={description}
          onInput={setDescription}
        />
      </Form>
    </Page>
  );
}

function contentOf(template: Template | undefined) {
  if (template === undefined) return { source: "export default (input: unknown) => input;\n" };
  const { source, input_schema, policy } = template;
  return {
    source,
    ...isInputSchema(input_schema) && { input_schema },
    ...isPolicy(policy) && { policy },
  };
}

function contentOfDraft({ source, language, input_schema, policy }: Draft) {
  return { source, language, input_schema, policy };
}

function Templates({ chosen, onChoose }: {
  chosen: Template | undefined;
  onChoose(template: Template | undefined): void;
}) {
  const all = [...TEMPLATES, undefined];
  return (
    <fieldset class="cards">
      <legend>Template</legend>
      {all.map((template) => (
        <label key={template?.name ?? ""} class="card">
          <input
            type="radio"
            name="template"
            checked={template === chosen}
            onInput={() => onChoose(template)}
          />
          <strong>{template?.title ?? "Empty"}</strong>
          <span>{template?.description ?? "Gives back what it is given."}</span>
        </label>
      ))}
    </fieldset>
  );
}
