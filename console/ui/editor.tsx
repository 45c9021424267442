import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { useEffect, useRef, useState } from "preact/hooks";

/** What an editor edits. Its code is loaded when the first one is drawn. */
export interface EditorProps {
  /** What it is, for screen readers. */
  label: string;
  value: string;
  onInput(value: string): void;
  language: "typescript" | "javascript" | "json" | "text";
  readOnly?: boolean;
  /** Completion, findings and the like. A new array makes a new editor, so keep it. */
  extensions?: readonly Extension[];
  /** Gets the editor once it is there, to move its cursor and such. */
  onReady?(view: EditorView): void;
  /** In lines; it scrolls beyond. */
  maxLines?: number;
}

/**
 * A code editor in a shadow root: CodeMirror makes its styles at run time, which a root takes as
 * style sheets of its own, where a page under our policy would refuse them. Until it has come, and
 * where it cannot, a plain text field does.
 */
export function Editor(props: EditorProps) {
  const { label, value, onInput, language, readOnly = false, extensions, maxLines = 30 } = props;
  const host = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<EditorView>();
  const latest = useRef(props);
  latest.current = props;
  /** What was typed and has not come back as `value` yet: drawing lags behind fast fingers. */
  const typed = useRef<string[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  const wasFocused = useRef(false);
  useEffect(() => {
    let opened: EditorView | undefined;
    let gone = false;
    const open = async () => {
      const { openEditor } = await import("./editor_view.ts");
      if (gone || host.current === null) return;
      opened = openEditor({
        host: host.current,
        label,
        language,
        readOnly,
        maxLines,
        extensions: extensions ?? [],
        value: latest.current.value,
        onInput: (text) => {
          typed.current.push(text);
          latest.current.onInput(text);
        },
      });
      if (wasFocused.current || document.activeElement === field.current) {
        takeFocus(opened, host.current, field.current?.selectionEnd);
      }
      setView(opened);
      latest.current.onReady?.(opened);
    };
    open().catch(() => {});
    return () => {
      gone = true;
      wasFocused.current = opened?.hasFocus ?? false;
      opened?.destroy();
      setView(undefined);
    };
  }, [label, language, readOnly, maxLines, extensions]);
  useEffect(() => {
    const known = typed.current.lastIndexOf(value);
    typed.current.splice(0, known + 1);
    if (known >= 0 || view === undefined || view.state.doc.toString() === value) return;
    typed.current = [];
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [view, value]);
  return (
    <div class="editor">
      <div ref={host} hidden={view === undefined} />
      {view === undefined && (
        <textarea
          ref={field}
          class="code"
          aria-label={label}
          rows={Math.min(maxLines, 12)}
          spellcheck={false}
          readOnly={readOnly}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </div>
  );
}

/** Whoever typed already types on: in the same moment, since the next key may be on its way. */
function takeFocus(view: EditorView, host: HTMLElement, at = 0): void {
  host.hidden = false;
  view.focus();
  view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) } });
}
