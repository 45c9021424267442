import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { api } from "../../../api.ts";
import { Form, TextField } from "../../../ui/form.tsx";
import { useAction } from "../../../ui/load.ts";
import { toast } from "../../../ui/toast.tsx";
import type { Draft } from "./draft.ts";
import { versionOf } from "./save.ts";

/** Says that the agent is no more, and makes a new one of what was typed for it. */
export function Gone({ draft }: { draft: Draft }) {
  const { route } = useLocation();
  const [name, setName] = useState(draft.agent);
  const create = useAction(async () => {
    const created = await api().agents.create({ ...versionOf(draft), name });
    toast(`${created.name} is there again.`);
    route(`/agents/${created.name}/edit`);
  });
  return (
    <div class="problem" role="alert">
      <p>
        <strong>This agent is gone</strong>{" "}
        It was deleted or renamed since you came here. What you typed is still there.
      </p>
      <Form
        action={create}
        submit="Create it anew"
        extra={
          <button
            type="button"
            class="secondary"
            onClick={() => void navigator.clipboard.writeText(draft.source)}
          >
            Copy the source
          </button>
        }
      >
        <TextField label="Name" path="name" error={create.error} value={name} onInput={setName} />
      </Form>
    </div>
  );
}
