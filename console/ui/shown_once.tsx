import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { Dialog } from "./dialog.tsx";
import { toast } from "./toast.tsx";

/**
 * Something that is shown this one time: it is kept nowhere, and gone when the dialog closes. Escape
 * does not close it, so that nobody loses it by a slip.
 */
export function ShownOnce({ title, value, label, children, onClose }: {
  title: string;
  value: string;
  label: string;
  children?: ComponentChildren;
  onClose(): void;
}) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    field.current?.select();
    await navigator.clipboard.writeText(value);
    toast("Copied");
  };
  return (
    <Dialog title={title} wide>
      {children}
      <div class="field">
        <label for={id}>{label}</label>
        <input
          ref={field}
          id={id}
          class="code"
          readOnly
          value={value}
          autoComplete="off"
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
      <footer class="actions">
        <button type="button" onClick={() => void copy()}>Copy</button>
        <button type="button" class="secondary" onClick={onClose}>I have kept it</button>
      </footer>
    </Dialog>
  );
}
