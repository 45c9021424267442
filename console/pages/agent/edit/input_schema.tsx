import { fieldOf } from "../../../schema/field.ts";
import { SchemaForm } from "../../../schema/form.tsx";
import { initialValue, readJson } from "../../../schema/value.ts";
import { useState } from "preact/hooks";
import { Editor } from "../../../ui/editor.tsx";
import type { Draft } from "./draft.ts";

/** The JSON schema of what the next version takes, with the form that it makes. */
export function InputSchemaEditor({ draft, change }: {
  draft: Draft;
  change(patch: Partial<Draft>): void;
}) {
  const read = readJson(draft.inputSchema);
  return (
    <section aria-label="Input schema">
      <p class="quiet">
        A part of JSON Schema. Runs whose input does not fit are refused before they begin. Empty:
        any input is taken.
      </p>
      <Editor
        label="Input schema as JSON"
        language="json"
        value={draft.inputSchema}
        onInput={(inputSchema) => change({ inputSchema })}
      />
      {"problem" in read && <p class="wrong">This is not JSON yet: {read.problem}</p>}
      {"value" in read && read.value !== null && (
        <Preview
          key={draft.inputSchema}
          of={read.value}
        />
      )}
    </section>
  );
}

function Preview({ of }: { of: unknown }) {
  const field = fieldOf(of);
  const [value, setValue] = useState(() => initialValue(field));
  return (
    <details>
      <summary>The form that it makes</summary>
      <SchemaForm field={field} value={value} onChange={setValue} path="" error={null} required />
    </details>
  );
}
