import { useEffect, useState } from "preact/hooks";
import { AreaField, TextField } from "../ui/form.tsx";
import type { NumberField, TextField as TextFieldOf } from "./field.ts";
import type { PartProps } from "./part.ts";
import { linesOf } from "./value.ts";

/** A number as it is typed: `1.` on the way to `1.5` is not taken away. */
export function NumberInput(
  { field, value, onChange, path, error, required = false }: PartProps<NumberField>,
) {
  const [typed, setTyped] = useState(textOf(value));
  useEffect(() => {
    if (typeof value === "number" && value !== Number(typed)) setTyped(textOf(value));
  }, [value]);
  return (
    <TextField
      label={field.label}
      hint={field.help}
      path={path}
      error={error}
      required={required}
      inputMode={field.step === 1 && (field.min ?? -1) >= 0 ? "numeric" : "text"}
      {...field.step === 1 && { pattern: "-?[0-9]+" }}
      value={typed}
      onInput={(text) => {
        setTyped(text);
        const number = Number(text);
        onChange(text.trim() === "" || Number.isNaN(number) ? undefined : number);
      }}
    />
  );
}

function textOf(value: unknown): string {
  return typeof value === "number" ? String(value) : "";
}

/** Texts, one a line, as they are typed: an empty line is where the next one begins. */
export function LinesInput({ field, value, onChange, path, error, required = false }: PartProps) {
  const lines: readonly unknown[] = Array.isArray(value) ? value : [];
  const [typed, setTyped] = useState(lines.join("\n"));
  useEffect(() => {
    if (lines.join("\n") !== linesOf(typed).join("\n")) setTyped(lines.join("\n"));
  }, [value]);
  return (
    <AreaField
      label={field.label}
      hint={[field.help, "One a line."].filter(Boolean).join(" ")}
      path={path}
      error={error}
      required={required}
      code
      rows={3}
      value={typed}
      onInput={(text) => {
        setTyped(text);
        const said = linesOf(text);
        onChange(said.length > 0 || required ? said : undefined);
      }}
    />
  );
}

/** A text. An optional one that is empty is none. */
export function TextInput(
  { field, value, onChange, path, error, required = false }: PartProps<TextFieldOf>,
) {
  const { label, help, long, input, minLength = 0, maxLength } = field;
  const props = {
    label,
    hint: help,
    path,
    error,
    required: required && minLength > 0,
    value: typeof value === "string" ? value : "",
    onInput: (text: string) => onChange(text === "" && !required ? undefined : text),
    ...maxLength !== undefined && { maxLength },
  };
  return long ? <AreaField {...props} rows={4} /> : <TextField {...props} type={input} />;
}
