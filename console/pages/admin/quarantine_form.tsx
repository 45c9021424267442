import { api } from "../../api.ts";
import { toast } from "../../ui/toast.tsx";
import { aimed } from "./parts/aim.tsx";
import { AimForm } from "./parts/aim_form.tsx";
import { oneOf } from "./parts/filter.tsx";

/** Everything has a button of its own. */
const HELD = ["agent", "key", "user"] as const;

/** Holds an agent, a key or a user; a link may say which. */
export function QuarantineForm({ kind, target, changed }: {
  kind: string | undefined;
  target: string | undefined;
  changed(): void;
}) {
  return (
    <AimForm
      kinds={HELD}
      first={{ kind: oneOf(HELD, kind) ?? "agent", target: target ?? "" }}
      submit="Hold it"
      act={async (aim, reason) => {
        await api().request("POST", "/admin/quarantines", { body: aimed(aim, reason) });
        toast(`The ${aim.kind} is held.`);
        changed();
      }}
    />
  );
}
