import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { colours, frame } from "./editor_theme.ts";

/** What an editor is opened with. */
export interface EditorSetup {
  host: HTMLElement;
  label: string;
  language: "typescript" | "javascript" | "json" | "text";
  readOnly: boolean;
  maxLines: number;
  extensions: readonly Extension[];
  value: string;
  onInput(value: string): void;
}

/** Opens an editor in the shadow root of `host`. Tab leaves it, as it leaves any field. */
export function openEditor(setup: EditorSetup): EditorView {
  const { host, label, language, readOnly, value, maxLines } = setup;
  const root = shadowOf(host);
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: value,
      extensions: [
        basics(),
        languageOf(language),
        frame(maxLines),
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorState.readOnly.of(readOnly),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) setup.onInput(update.state.doc.toString());
        }),
        [...setup.extensions],
      ],
    }),
  });
}

/** The shadow root of an element, where an editor's styles are at home. */
export function shadowOf(host: HTMLElement): ShadowRoot {
  return host.shadowRoot ?? host.attachShadow({ mode: "open" });
}

/** How every editor looks and is used. Invisible characters are shown, lest they deceive. */
export function basics(): Extension {
  return [
    lineNumbers(),
    highlightSpecialChars(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion(),
    syntaxHighlighting(colours),
    EditorView.lineWrapping,
    keymap.of([
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...lintKeymap,
    ]),
  ];
}

/** The grammar of a language. */
export function languageOf(language: EditorSetup["language"]): Extension {
  if (language === "text") return [];
  return language === "json" ? json() : javascript({ typescript: language === "typescript" });
}
