import type { Draft } from "../../../sdk/mod.ts";
import { api } from "../../api.ts";
import { AreaField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { ProblemView } from "../../ui/problem.tsx";
import { visible } from "../../ui/visible.ts";
import { useKeptText } from "./kept_text.ts";

/** Has a language model write an agent from a description. Nothing of it is kept before one says so. */
export function Described({ draft, onDraft }: {
  draft: Draft | undefined;
  onDraft(draft: Draft | undefined): void;
}) {
  const [words, setWords] = useKeptText("words");
  const write = useAction(async () => onDraft(await api().agents.draft({ description: words })));
  return (
    <details>
      <summary>Have it written by a language model</summary>
      <AreaField
        label="What it is to do"
        path="description"
        error={write.error}
        rows={4}
        maxLength={4000}
        value={words}
        onInput={setWords}
      />
      <ProblemView error={write.error} />
      <div class="actions">
        <button
          type="button"
          class="secondary"
          aria-busy={write.busy}
          disabled={write.busy || words.trim().length < 10}
          onClick={() => void write.run()}
        >
          Write a draft
        </button>
        {draft && (
          <button type="button" class="outline" onClick={() => onDraft(undefined)}>
            Leave the draft
          </button>
        )}
      </div>
      {draft && <About draft={draft} />}
    </details>
  );
}

/** The draft, with what its author has to look at: a model wrote it. */
function About({ draft: { source, runnable, unclear, notes, flags, policy } }: { draft: Draft }) {
  return (
    <section aria-label="Draft">
      {!runnable && <p class="wrong">The check found errors in it: mend them before you run it.</p>}
      {flags.length > 0 && <p class="wrong">Suspicious in the answer: {flags.join(", ")}</p>}
      {unclear.length > 0 && <ul>{unclear.map((line) => <li key={line}>{visible(line)}</li>)}</ul>}
      <p>{visible(notes)}</p>
      <pre class="code" tabIndex={0} aria-label="Source">{visible(source)}</pre>
      <pre
        class="code"
        tabIndex={0}
        aria-label="Policy"
      >{JSON.stringify(policy, undefined, 2)}</pre>
    </section>
  );
}
