import { HighlightStyle } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The colours of code, by the page's variables: they follow light and dark mode by themselves. */
export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.className, tags.namespace], color: "var(--code-type)" },
  { tag: [tags.propertyName, tags.definition(tags.variableName)], color: "var(--code-name)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

/** How an editor sits in the page, no higher than `maxLines`. */
export function frame(maxLines: number): Extension {
  return EditorView.theme({
    "&": {
      maxHeight: `${maxLines * 1.5}rem`,
      border: "1px solid var(--line)",
      borderRadius: "0.4rem",
      color: "var(--pico-color)",
      backgroundColor: "var(--pico-form-element-background-color)",
      fontSize: "0.875rem",
    },
    "&.cm-focused": { outline: "2px solid var(--accent)" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
    ".cm-content": { caretColor: "var(--pico-color)", padding: "0.5rem 0" },
    ".cm-cursor": { borderLeftColor: "var(--pico-color)" },
    ".cm-gutters": {
      color: "var(--quiet)",
      backgroundColor: "transparent",
      borderRight: "1px solid var(--line)",
    },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--code-line)" },
    "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "var(--code-selection) !important",
    },
    ".cm-tooltip, .cm-panels": {
      color: "var(--pico-color)",
      backgroundColor: "var(--raised)",
      border: "1px solid var(--line)",
    },
    ".cm-tooltip-autocomplete ul li[aria-selected]": {
      color: "var(--pico-primary-inverse)",
      backgroundColor: "var(--pico-primary-background)",
    },
  });
}
