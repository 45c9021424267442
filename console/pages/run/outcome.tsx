import { hasEnded, type Run } from "../../../sdk/mod.ts";
import { JsonView } from "../../ui/json.tsx";
import { Section } from "../../ui/page.tsx";
import { visible } from "../../ui/visible.ts";

/** How a run ended: its output, or what went wrong and where. Nothing while it goes on. */
export function Outcome({ run: { id, status, output, error } }: { run: Run }) {
  if (!hasEnded(status)) return null;
  return (
    <Section title={error === null ? "Output" : "How it went wrong"}>
      {error !== null && (
        <div class="problem">
          <p>
            <strong>{visible(error.name)}</strong> <bdi>{visible(error.message)}</bdi>
          </p>
          <p class="quiet">
            <code>{error.kind}</code>
            {error.line !== undefined && ` at line ${error.line}, column ${error.column ?? 1}`}
          </p>
        </div>
      )}
      {(error === null || output !== null) && (
        <JsonView value={output} label="Output of the run" file={`${id}-output`} />
      )}
    </Section>
  );
}
