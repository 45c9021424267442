import { signal } from "@preact/signals";

const SHOWN_MS = 6_000;

const said = signal<{ id: number; text: string } | undefined>(undefined);
let count = 0;

/** Says shortly that something was done, to the eye and to screen readers. What a form could not do, its form says. */
export function toast(text: string): void {
  const id = ++count;
  said.value = { id, text };
  setTimeout(() => {
    if (said.value?.id === id) said.value = undefined;
  }, SHOWN_MS);
}

/** Where {@link toast} speaks: once, in the layout. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said.value && <p key={said.value.id}>{said.value.text}</p>}
    </div>
  );
}
