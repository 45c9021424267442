import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { AreaField, Form } from "../../../ui/form.tsx";
import { useAction } from "../../../ui/load.ts";
import { type Aim, AimFields } from "./aim.tsx";

/** Asks for whom or what, and why; then it is empty again. What was typed stays when it fails. */
export function AimForm<Kind extends string>({ kinds, first, submit, act, children }: {
  kinds: readonly Kind[];
  /** What it begins with. */
  first: Aim<Kind>;
  submit: string;
  act(aim: Aim<Kind>, reason: string): Promise<unknown>;
  /** More fields, which are told of the failure of the last try. */
  children?: (error: unknown) => ComponentChildren;
}) {
  const [aim, setAim] = useState(first);
  const [reason, setReason] = useState("");
  const action = useAction(async () => {
    await act(aim, reason);
    setAim({ ...aim, target: "" });
    setReason("");
  });
  const { error } = action;
  return (
    <Form action={action} submit={submit}>
      <AimFields kinds={kinds} aim={aim} set={setAim} error={error} />
      {children?.(error)}
      <AreaField
        label="Why"
        path="reason"
        error={error}
        value={reason}
        onInput={setReason}
        maxLength={2000}
        rows={2}
        required
      />
    </Form>
  );
}
