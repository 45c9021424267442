import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { type Diagnostic, forceLinting, linter, lintGutter } from "@codemirror/lint";
import type { Extension, Text } from "@codemirror/state";
import { type EditorView, hoverTooltip, type Tooltip } from "@codemirror/view";
import type { Linguist } from "./client.ts";
import type { Explanation, Language } from "./wire.ts";

export { createLinguist } from "./client.ts";

/** A remark of the server's check, by line and column, both from 1. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The server's remarks, and the source that they are about. */
export interface Found {
  readonly source: string;
  readonly findings: readonly Finding[];
}

const LINT_MS = 500;

/**
 * Completion, what a name means, and remarks inline: of the language, and of the server's check,
 * which `read` gives as it is at the time.
 */
export function extensionsFor(
  linguist: Linguist,
  language: Language,
  read: () => Found,
): Extension[] {
  return [
    autocompletion({ override: [(context) => complete(linguist, language, context)] }),
    hoverTooltip(async ({ state }, at) => {
      const { explanation } = await linguist.ask(state.doc.toString(), language, {
        ask: "explain",
        at,
      });
      return explanation ? tooltip(explanation) : null;
    }),
    lintGutter(),
    linter(async ({ state: { doc } }) => {
      const source = doc.toString();
      const { remarks = [] } = await linguist.ask(source, language, { ask: "check" });
      const found = read();
      const known = source === found.source ? found.findings : [];
      return [...remarks, ...known.map((finding) => diagnostic(doc, finding))];
    }, { delay: LINT_MS }),
  ];
}

/** Looks at a source anew, when what the server's check found has come. */
export function lookAgain(view: EditorView): void {
  forceLinting(view);
}

async function complete(
  linguist: Linguist,
  language: Language,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w$]+|\.\s*|["']/);
  if (word === null && !context.explicit) return null;
  const source = context.state.doc.toString();
  const at = context.pos;
  const { suggestions } = await linguist.ask(source, language, { ask: "complete", at });
  const typed = context.matchBefore(/[\w$]+/);
  // Not null: CodeMirror would not ask again for what was typed while we waited.
  if (suggestions === undefined) return { from: typed?.from ?? at, options: [] };
  const options = suggestions.items.map(({ label, type, boost }) => ({
    label,
    type,
    boost,
    info: async () => {
      const question = { ask: "describe", at, label } as const;
      const { explanation } = await linguist.ask(source, language, question);
      return explanation ? paragraphs(explanation) : null;
    },
  }));
  return { from: typed?.from ?? at, options, validFor: /^[\w$]*$/ };
}

function tooltip(explanation: Explanation): Tooltip {
  const { from, to } = explanation;
  return { pos: from, end: to, create: () => ({ dom: paragraphs(explanation) }) };
}

/** What is known of a name, as text: a source is its author's, and so is what stands in it. */
function paragraphs({ signature, documentation }: Explanation): HTMLElement {
  const box = document.createElement("div");
  box.className = "explanation";
  for (const [name, text] of [["code", signature], ["p", documentation]] as const) {
    if (text === "") continue;
    const element = document.createElement(name);
    element.textContent = text;
    box.append(element);
  }
  return box;
}

/** Where a remark is in a document that is still the one it is about. */
function diagnostic(doc: Text, { severity, message, line, column }: Finding): Diagnostic {
  const place = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(place.from + Math.max(0, column - 1), place.to);
  const to = doc.toString().slice(from, place.to).match(/^[\w$]+/)?.[0].length ?? 1;
  return { from, to: Math.min(from + to, place.to), severity, message };
}
