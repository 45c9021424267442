import { useState } from "preact/hooks";
import { POLICY_SCHEMA } from "../../../../sdk/authoring/policy_schema.ts";
import { fieldOf } from "../../../schema/field.ts";
import { SchemaForm } from "../../../schema/form.tsx";
import { readJson } from "../../../schema/value.ts";
import { CheckField } from "../../../ui/form.tsx";
import { Editor } from "../../../ui/editor.tsx";
import type { Draft } from "./draft.ts";

const FIELD = fieldOf(POLICY_SCHEMA);

/** What the next version may reach for: as a form, or as the JSON that it is. */
export function PolicyEditor({ draft, change, error }: {
  draft: Draft;
  change(patch: Partial<Draft>): void;
  error: unknown;
}) {
  const [wantsJson, setWantsJson] = useState(false);
  const read = readJson(draft.policy);
  const isBroken = "problem" in read;
  return (
    <section aria-label="Policy">
      <p class="quiet">
        Without a policy an agent computes, and nothing else. A version that is granted more than
        the one before has to be approved by you.
      </p>
      <CheckField
        label="Edit as JSON"
        hint={isBroken ? `This is not JSON yet: ${read.problem}` : undefined}
        checked={wantsJson || isBroken}
        disabled={isBroken}
        onInput={setWantsJson}
      />
      {wantsJson || isBroken
        ? (
          <Editor
            label="Policy as JSON"
            language="json"
            value={draft.policy}
            onInput={(policy) => change({ policy })}
          />
        )
        : (
          <SchemaForm
            field={FIELD}
            value={read.value}
            onChange={(value) => change({ policy: JSON.stringify(value, undefined, 2) })}
            path="policy"
            error={error}
            required
          />
        )}
    </section>
  );
}
