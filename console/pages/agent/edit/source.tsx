import type { EditorView } from "@codemirror/view";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Finding } from "../../../../sdk/mod.ts";
import type { Linguist } from "../../../language/client.ts";
import { Editor } from "../../../ui/editor.tsx";
import { SelectField } from "../../../ui/form.tsx";
import { Loading } from "../../../ui/states.tsx";
import type { Draft } from "./draft.ts";

/** What the server's check found in a source. */
export interface Found {
  readonly source: string;
  readonly findings: readonly Finding[];
}

type Support = typeof import("../../../language/extensions.ts");

/** The source of the next version: completion, types and findings as one types. */
export function SourceEditor({ draft, change, found }: {
  draft: Draft;
  change(patch: Partial<Draft>): void;
  found: Found;
}) {
  const { language } = draft;
  const view = useRef<EditorView | null>(null);
  const latest = useRef(found);
  latest.current = found;
  const known = useLanguage();
  const extensions = useMemo(
    () => known?.support.extensionsFor(known.linguist, language, () => latest.current),
    [known, language],
  );
  useEffect(() => {
    if (view.current) known?.support.lookAgain(view.current);
  }, [found]);
  return (
    <section aria-label="Source">
      <SelectField
        label="Language"
        value={language}
        options={[["typescript", "TypeScript"], ["javascript", "JavaScript"]]}
        onInput={(chosen) =>
          change({ language: chosen === "javascript" ? "javascript" : "typescript" })}
      />
      {extensions === undefined ? <Loading /> : (
        <Editor
          label="Source"
          language={language}
          value={draft.source}
          onInput={(source) => change({ source })}
          extensions={extensions}
          onReady={(opened) => void (view.current = opened)}
        />
      )}
    </section>
  );
}

/** What knows the language: loaded when somebody edits, and let go when they leave. */
function useLanguage(): { support: Support; linguist: Linguist } | undefined {
  const [known, setKnown] = useState<{ support: Support; linguist: Linguist }>();
  useEffect(() => {
    let isGone = false;
    let linguist: Linguist | undefined;
    void import("../../../language/extensions.ts").then((support) => {
      if (isGone) return;
      linguist = support.createLinguist();
      setKnown({ support, linguist });
    });
    return () => {
      isGone = true;
      linguist?.[Symbol.dispose]();
    };
  }, []);
  return known;
}
