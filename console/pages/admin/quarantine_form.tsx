import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import { AreaField, Form } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { toast } from "../../ui/toast.tsx";
import { type Aim, aimed, AimFields } from "./parts/aim.tsx";
import { oneOf } from "./parts/filter.tsx";

/** Everything has a button of its own. */
const HELD = ["agent", "key", "user"] as const;

/** Holds an agent, a key or a user; a link may say which. */
export function QuarantineForm({ kind, target, changed }: {
  kind: string | undefined;
  target: string | undefined;
  changed(): void;
}) {
  const [aim, setAim] = useState<Aim<typeof HELD[number]>>({
    kind: oneOf(HELD, kind) ?? "agent",
    target: target ?? "",
  });
  const [reason, setReason] = useState("");
  const action = useAction(async () => {
    await api().request("POST", "/admin/quarantines", { body: aimed(aim, reason) });
    toast(`The ${aim.kind} is held.`);
    setAim({ ...aim, target: "" });
    setReason("");
    changed();
  });
  return (
    <Form action={action} submit="Hold it">
      <AimFields kinds={HELD} aim={aim} set={setAim} error={action.error} />
      <AreaField
        label="Why"
        path="reason"
        error={action.error}
        value={reason}
        onInput={setReason}
        maxLength={2000}
        rows={2}
        required
      />
    </Form>
  );
}
