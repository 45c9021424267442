import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { shown, visible } from "./visible.ts";

/**
 * One page: its heading is also the document's title, and takes the focus when one comes here, so
 * that a screen reader says where one is.
 */
export function Page({ title, lead, actions, children }: {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${visible(title)} · Cloister`;
  }, [title]);
  useEffect(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <>
      <header class="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{visible(title)}</h1>
          {lead && <p class="lead">{shown(lead)}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

/** A part of a page under a heading of its own. */
export function Section({ title, actions, children }: {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="part">
      <header class="part-head">
        <h2>{title}</h2>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
