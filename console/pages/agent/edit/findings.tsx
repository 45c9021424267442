import type { Finding } from "../../../../sdk/mod.ts";
import { visible } from "../../../ui/visible.ts";

/** What the check remarked on a source, as a list; the editor shows the same in its gutter. */
export function Findings({ source, findings, current }: {
  source: string;
  findings: readonly Finding[];
  /** What is typed now: remarks on another source say so. */
  current: string;
}) {
  if (findings.length === 0) return null;
  return (
    <section class="findings" aria-label="Findings">
      <p>
        {source === current ? "The check of the source found:" : "The last check found:"}
      </p>
      <ul>
        {findings.map(({ severity, code, message, line, column }) => (
          <li key={`${line}:${column}:${code}:${message}`} class={severity}>
            <strong>{severity}</strong> line {line}, column {column}: {visible(message)}{" "}
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
