import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useAction } from "./load.ts";
import { ProblemView } from "./problem.tsx";
import { visible } from "./visible.ts";

/**
 * A modal dialog, in the browser's own element: it keeps the focus inside, Escape closes it, and
 * the focus returns to where it was. Draw it only while it is open.
 */
export function Dialog({ title, onClose, children, wide = false }: {
  title: string;
  /** Absent for a dialog that one cannot wave away. */
  onClose?: (() => void) | undefined;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // A dialog that is taken out of the page does not give the focus back by itself.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      aria-labelledby={id}
      class={wide ? "wide" : ""}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <article>
        <header>
          <h2 id={id}>{visible(title)}</h2>
          {onClose && (
            <button type="button" class="close" aria-label="Close" onClick={onClose}>×</button>
          )}
        </header>
        {children}
      </article>
    </dialog>
  );
}

/** Asks before something is done that cannot be undone. `act` runs once; its failure is shown. */
export function Confirm({ title, children, yes, act, onClose }: {
  title: string;
  children: ComponentChildren;
  /** What the button says: the deed, never "OK". */
  yes: string;
  act(): Promise<unknown>;
  /** Called when it was done (`true`) and when somebody thought better of it. */
  onClose(done: boolean): void;
}) {
  const action = useAction(act);
  const confirm = async () => {
    if (await action.run()) onClose(true);
  };
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      {children}
      <ProblemView error={action.error} />
      <footer class="actions">
        <button type="button" class="secondary" onClick={() => onClose(false)}>Cancel</button>
        <button type="button" class="danger" aria-busy={action.busy} onClick={confirm}>
          {yes}
        </button>
      </footer>
    </Dialog>
  );
}
