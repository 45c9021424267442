import { unifiedMergeView } from "@codemirror/merge";
import type { Extension } from "@codemirror/state";

/** Marks what an editor's text adds to `original`, and shows what it leaves out. */
export function showChanges(original: string): Extension[] {
  return [unifiedMergeView({
    original,
    mergeControls: false,
    collapseUnchanged: { margin: 3, minSize: 6 },
  })];
}
