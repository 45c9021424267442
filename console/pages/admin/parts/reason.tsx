import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../../../ui/dialog.tsx";
import { AreaField, Form } from "../../../ui/form.tsx";
import { useAction } from "../../../ui/load.ts";

/** Asks for a few words before something is done; they are kept with it, in the audit log. */
export function ReasonDialog(
  { title, label, path, yes, required = false, children, act, onClose }: {
    title: string;
    label: string;
    /** The field of the request that the words go into. */
    path: string;
    yes: string;
    required?: boolean;
    children?: ComponentChildren;
    act(words: string): Promise<unknown>;
    /** Called when it was done (`true`) and when somebody thought better of it. */
    onClose(done: boolean): void;
  },
) {
  const [words, setWords] = useState("");
  const action = useAction(async () => {
    await act(words);
    onClose(true);
  });
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      {children}
      <Form
        action={action}
        submit={yes}
        extra={
          <button type="button" class="secondary" onClick={() => onClose(false)}>Cancel</button>
        }
      >
        <AreaField
          label={label}
          path={path}
          value={words}
          onInput={setWords}
          error={action.error}
          required={required}
          maxLength={2000}
          rows={3}
        />
      </Form>
    </Dialog>
  );
}
