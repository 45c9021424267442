import { useState } from "preact/hooks";
import type { Secret } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { AreaField, Form, TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";

/**
 * Takes a new secret, or another value for one that there is. The value is in this form alone: it
 * is kept nowhere in the browser, and gone when the form closes.
 */
export function SecretDialog({ secret, onClose }: {
  /** The one to replace; a new one without it. */
  secret?: Secret;
  onClose(done: boolean): void;
}) {
  const [typed, setTyped] = useState<Typed>({
    name: secret?.name ?? "",
    value: "",
    hosts: secret?.hosts.join("\n") ?? "",
    agent: "",
  });
  const action = useAction(async () => {
    const { name, value, agent } = typed;
    const change = { value, hosts: typed.hosts.split(/[\s,]+/).filter((host) => host !== "") };
    if (secret) await api().secrets.update(secret.id, change);
    else await api().secrets.create({ name, ...change, ...agent !== "" && { agent } });
    setTyped({ ...typed, value: "" });
    onClose(true);
  });
  return (
    <Dialog
      title={secret ? `Replace ${secret.name}` : "New secret"}
      onClose={() => onClose(false)}
    >
      <Form action={action} submit={secret ? "Replace" : "Keep the secret"}>
        <Fields isNew={secret === undefined} typed={typed} set={setTyped} error={action.error} />
      </Form>
    </Dialog>
  );
}

/** What somebody has typed of a secret. */
interface Typed {
  readonly name: string;
  readonly value: string;
  readonly hosts: string;
  readonly agent: string;
}

function Fields({ isNew, typed, set, error }: {
  isNew: boolean;
  typed: Typed;
  set(typed: Typed): void;
  error: unknown;
}) {
  const part = (path: keyof Typed) => ({
    path,
    error,
    value: typed[path],
    onInput: (text: string) => set({ ...typed, [path]: text }),
  });
  return (
    <>
      {isNew && (
        <TextField
          {...part("name")}
          label="Name"
          required
          placeholder="WEATHER_API_KEY"
          hint="Capital letters, digits and _"
        />
      )}
      <TextField
        {...part("value")}
        label="Value"
        type="password"
        required
        autoComplete="off"
        hint="Nobody can read it again; agents never see it."
      />
      <AreaField
        {...part("hosts")}
        label="Hosts"
        required
        code
        rows={3}
        hint="The only hosts that it is sent to, one a line: api.example.com"
      />
      {isNew && (
        <TextField {...part("agent")} label="Only this agent" hint="Empty for all of your agents" />
      )}
    </>
  );
}
