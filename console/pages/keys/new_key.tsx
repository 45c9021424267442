import { useState } from "preact/hooks";
import type { CreatedKey, NewKey } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { can } from "../../session/permissions.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { CheckField, Form, SelectField, TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";

type Scope = NewKey["scopes"][number];

const SCOPES: readonly (readonly [Scope, string])[] = [
  ["agents:read", "See agents, runs and their output"],
  ["agents:write", "Create and change agents, files and schedules"],
  ["agents:execute", "Run agents"],
  ["agents:stream", "Follow runs as they happen"],
  ["runs:cancel", "Cancel runs"],
  ["secrets:manage", "Keep and replace secrets"],
  ["audit:read", "Read the audit log"],
  ["metrics:read", "Read metrics"],
  ["admin", "Administer the project"],
];
const USUAL: readonly Scope[] = ["agents:read", "agents:execute"];
const DAY_MS = 86_400_000;

/** Asks what a new key may, and makes it. No key may more than whoever makes it. */
export function NewKeyDialog({ onClose, onMade }: {
  onClose(): void;
  onMade(key: CreatedKey): void;
}) {
  const [name, setName] = useState("");
  const [agent, setAgent] = useState("");
  const [days, setDays] = useState("90");
  const [scopes, setScopes] = useState<readonly Scope[]>(USUAL.filter(can));
  const action = useAction(async () => {
    onMade(
      await api().keys.create({
        name,
        scopes: [...scopes],
        ...agent !== "" && { agent },
        ...days !== "" &&
          { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() },
      }),
    );
  });
  return (
    <Dialog title="New API key" onClose={onClose}>
      <Form action={action} submit="Create the key">
        <TextField
          label="Name"
          required
          maxLength={100}
          value={name}
          onInput={setName}
          path="name"
          error={action.error}
          hint="Who will use it, such as: the nightly job"
        />
        <Scopes chosen={scopes} onChoose={setScopes} />
        <TextField
          label="Only this agent"
          value={agent}
          onInput={setAgent}
          path="agent"
          error={action.error}
          hint="Empty for all of your agents"
        />
        <SelectField
          label="Good for"
          value={days}
          onInput={setDays}
          options={[["7", "a week"], ["30", "30 days"], ["90", "90 days"], ["364", "a year"]]}
        />
      </Form>
    </Dialog>
  );
}

/** What a key may, of what whoever makes it may. */
function Scopes({ chosen, onChoose }: {
  chosen: readonly Scope[];
  onChoose(scopes: readonly Scope[]): void;
}) {
  const others = (scope: Scope) => chosen.filter((each) => each !== scope);
  return (
    <fieldset>
      <legend>It may</legend>
      {SCOPES.filter(([scope]) => can(scope)).map(([scope, what]) => (
        <CheckField
          key={scope}
          label={
            <>
              {what} <code>{scope}</code>
            </>
          }
          checked={chosen.includes(scope)}
          onInput={(on) => onChoose(on ? [...others(scope), scope] : others(scope))}
        />
      ))}
    </fieldset>
  );
}
