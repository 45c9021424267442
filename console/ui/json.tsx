import { useMemo, useState } from "preact/hooks";
import { save } from "./save.ts";
import { toast } from "./toast.tsx";
import { jsonText, visible } from "./visible.ts";

/** More of a text than this is shown at a press: the page stays fluent. */
const SHOWN_CHARACTERS = 20_000;

/** Any value as indented JSON: text and nothing but text, whoever made it. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return <LongText text={useMemo(() => jsonText(value), [value])} label={label} />;
}

/** The same, to be copied and to be saved as `<file>.json`, too. */
export function JsonView({ value, label, file }: { value: unknown; label: string; file: string }) {
  const text = useMemo(() => jsonText(value), [value]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  };
  const keep = () => save(new Blob([text], { type: "application/json" }), `${file}.json`);
  return (
    <div class="json">
      <LongText text={text} label={label} />
      <div class="actions">
        <button type="button" class="outline" onClick={() => void copy()}>Copy</button>
        <button type="button" class="outline" onClick={keep}>Save</button>
      </div>
    </div>
  );
}

/**
 * A text as it is, in a box that scrolls; a very long one is cut until one asks for the rest. What
 * would draw nothing, or turn the text around it, is shown as an escape.
 */
export function LongText({ text, label }: { text: string; label: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > SHOWN_CHARACTERS;
  return (
    <div class="long">
      <pre tabIndex={0} role="region" aria-label={label} dir="ltr">
        {visible(cut ? text.slice(0, SHOWN_CHARACTERS) : text)}
      </pre>
      {cut && (
        <button type="button" class="secondary more" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString("en")} characters
        </button>
      )}
    </div>
  );
}
