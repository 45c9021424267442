import "../admin.css";
import type { ComponentChildren } from "preact";
import { Dialog } from "../../../ui/dialog.tsx";
import { jsonText, visible } from "../../../ui/visible.ts";

/** What is known of one thing: holds {@link Fact}s. */
export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

/** A name with its value. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children ?? <span class="quiet">–</span>}</dd>
    </div>
  );
}

/** A text of unknown origin: shown as it is, and never more than a text. */
export function Text({ children }: { children: string | null | undefined }) {
  return children ? <span class="prose">{visible(children)}</span> : <span class="quiet">–</span>;
}

/** The like in a fixed width: ids, routes, addresses. */
export function Code({ children }: { children: string | null | undefined }) {
  return children ? <code class="id">{visible(children)}</code> : <span class="quiet">–</span>;
}

/** All fields of one record, as the API answered it. */
export function RecordDialog({ title, record, onClose }: {
  title: string;
  record: object;
  onClose(): void;
}) {
  return (
    <Dialog title={title} onClose={onClose} wide>
      <Facts>
        {Object.entries(record).map(([name, value]) => (
          <Fact key={name} name={name.replaceAll("_", " ")}>
            <Value name={name} value={value} />
          </Fact>
        ))}
      </Facts>
    </Dialog>
  );
}

function Value({ name, value }: { name: string; value: unknown }) {
  if (value === null || value === undefined) return <span class="quiet">–</span>;
  if (typeof value !== "object") return <Code>{String(value)}</Code>;
  return <pre tabIndex={0} role="region" aria-label={name}>{visible(jsonText(value))}</pre>;
}
