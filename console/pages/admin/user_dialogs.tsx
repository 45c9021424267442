import { useState } from "preact/hooks";
import type { User } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, SelectField, TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { toast } from "../../ui/toast.tsx";
import { oneOf } from "./parts/filter.tsx";
import { ROLES } from "./parts/words.ts";

const BY_DEFAULT = "default";

interface Asking {
  user: User;
  /** Called when it was done (`true`) and when somebody thought better of it. */
  onClose(done: boolean): void;
}

/** Gives a user a role, or the one that everybody has. */
export function RoleDialog({ user, onClose }: Asking) {
  const [chosen, setChosen] = useState<string>(user.assigned ? user.role : BY_DEFAULT);
  const action = useAction(async () => {
    const role = oneOf(ROLES, chosen);
    const params = { id: user.id };
    const after = role === undefined
      ? await api().request("DELETE", "/admin/users/{id}/role", { params })
      : await api().request("PUT", "/admin/users/{id}/role", { params, body: { role } });
    toast(`${user.email ?? user.id} has the role ${after.role}.`);
    onClose(true);
  });
  return (
    <Dialog title={`Role of ${user.email ?? user.id}`} onClose={() => onClose(false)}>
      <Form action={action} submit="Set the role">
        <SelectField
          label="Role"
          hint="It counts from the next request on."
          value={chosen}
          onInput={setChosen}
          options={[
            [BY_DEFAULT, "the one that everybody has"],
            ...ROLES.map((role) => [role, role] as const),
          ]}
        />
      </Form>
    </Dialog>
  );
}

/** Erases a user, once somebody has typed whom. */
export function EraseDialog({ user, onClose }: Asking) {
  const [typed, setTyped] = useState("");
  const name = user.email ?? user.id;
  const action = useAction(async () => {
    if (typed !== name) throw new Error("That is somebody else.");
    await api().request("DELETE", "/admin/users/{id}", { params: { id: user.id } });
    toast(`${name} is erased.`);
    onClose(true);
  });
  return (
    <Dialog title="Erase a user" onClose={() => onClose(false)}>
      <p>
        Agents, versions, runs, files, keys and secrets of <strong>{name}</strong>{" "}
        go for good. What they did stays in the audit log. Runs that go on are cancelled first: then
        try again once they have ended.
      </p>
      <Form action={action} submit="Erase for good">
        <TextField
          label={`Type ${name}`}
          value={typed}
          onInput={setTyped}
          autoComplete="off"
          required
        />
      </Form>
    </Dialog>
  );
}
