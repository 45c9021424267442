import { useEffect, useId, useRef, useState } from "preact/hooks";
import { problemOf } from "../ui/problem.tsx";
import type { PartProps } from "./part.ts";
import { readJson } from "./value.ts";

/** Any value, typed as JSON. A form around it is not sent while it is none. */
export function JsonField({ field, value, onChange, path, error }: PartProps) {
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const shown = useRef(value);
  const [typed, setTyped] = useState(textOf(value));
  useEffect(() => {
    if (value === shown.current) return;
    shown.current = value;
    setTyped(textOf(value));
  }, [value]);
  const read = readJson(typed);
  const problem = "problem" in read ? read.problem : undefined;
  const wrong = problem ?? problemOf(error).errors.find((item) => item.path === path)?.message;
  useEffect(() => box.current?.setCustomValidity(problem ?? ""), [problem]);
  const type = (text: string) => {
    setTyped(text);
    const now = readJson(text);
    if ("problem" in now) return;
    shown.current = now.value;
    onChange(now.value);
  };
  return (
    <div class="field">
      <label for={id}>{field.label || "JSON"}</label>
      <textarea
        ref={box}
        id={id}
        class="code"
        rows={6}
        spellcheck={false}
        value={typed}
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-about`}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <small id={`${id}-about`} class={wrong ? "wrong" : ""}>
        {wrong ?? field.help ?? "As JSON."}
      </small>
    </div>
  );
}

function textOf(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? "";
}
