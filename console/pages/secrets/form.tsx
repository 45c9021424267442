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
  const [name, setName] = useState(secret?.name ?? "");
  const [value, setValue] = useState("");
  const [hosts, setHosts] = useState(secret?.hosts.join("\n") ?? "");
  const [agent, setAgent] = useState("");
  const action = useAction(async () => {
    const change = { value, hosts: hosts.split(/[\s,]+/).filter((host) => host !== "") };
    if (secret) await api().secrets.update(secret.id, change);
    else await api().secrets.create({ name, ...change, ...agent !== "" && { agent } });
    setValue("");
    onClose(true);
  });
  const { error } = action;
  return (
    <Dialog
      title={secret ? `Replace ${secret.name}` : "New secret"}
      onClose={() => onClose(false)}
    >
      <Form action={action} submit={secret ? "Replace" : "Keep the secret"}>
        {!secret && (
          <TextField
            label="Name"
            required
            value={name}
            onInput={setName}
            path="name"
            error={error}
            placeholder="WEATHER_API_KEY"
            hint="Capital letters, digits and _"
          />
        )}
        <TextField
          label="Value"
          type="password"
          required
          autoComplete="off"
          value={value}
          onInput={setValue}
          path="value"
          error={error}
          hint="Nobody can read it again; agents never see it."
        />
        <AreaField
          label="Hosts"
          required
          code
          rows={3}
          value={hosts}
          onInput={setHosts}
          path="hosts"
          error={error}
          hint="The only hosts that it is sent to, one a line: api.example.com"
        />
        {!secret && (
          <TextField
            label="Only this agent"
            value={agent}
            onInput={setAgent}
            path="agent"
            error={error}
            hint="Empty for all of your agents"
          />
        )}
      </Form>
    </Dialog>
  );
}
