import {
  type ComponentChildren,
  h,
  type LooseInputHTMLAttributes,
  type TargetedEvent,
} from "preact";
import { useId } from "preact/hooks";
import type { Action } from "./load.ts";
import { problemOf, ProblemView } from "./problem.tsx";
import { shown } from "./visible.ts";

/** What every field has. */
interface FieldProps {
  label: string;
  /** A sentence below the field. */
  hint?: ComponentChildren;
  /** The field's path in the API's problem documents, whose message is shown at the field. */
  path?: string;
  /** The failure of the last try. */
  error?: unknown;
  required?: boolean;
  disabled?: boolean;
}

/** A field with its label, hint and what is wrong with it. */
function Field({ id, label, hint, wrong, children }: {
  id: string;
  label: string;
  hint: ComponentChildren;
  wrong: string | undefined;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      <label for={id}>{shown(label)}</label>
      {children}
      {wrong && <small id={`${id}-wrong`} class="wrong">{wrong}</small>}
      {hint && <small id={`${id}-hint`}>{shown(hint)}</small>}
    </div>
  );
}

function useField({ path, error, hint }: FieldProps) {
  const id = useId();
  const wrong = path === undefined
    ? undefined
    : problemOf(error).errors.find((item) => item.path === path)?.message;
  const about = [wrong && `${id}-wrong`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return {
    id,
    wrong,
    aria: {
      ...wrong !== undefined && { "aria-invalid": true },
      ...about !== "" && { "aria-describedby": about },
    },
  };
}

/** A field of one line. */
export function TextField(
  props: FieldProps & {
    value: string;
    onInput(value: string): void;
    type?: "text" | "email" | "password" | "search" | "number" | "url" | "date" | "datetime-local";
    autoComplete?: string;
    placeholder?: string;
    pattern?: string;
    maxLength?: number;
    min?: number;
    max?: number;
    inputMode?: "numeric" | "text";
  },
) {
  const { label, hint, path: _, error: __, onInput, type = "text", ...rest } = props;
  const { id, wrong, aria } = useField(props);
  return (
    <Field id={id} label={label} hint={hint} wrong={wrong}>
      <Input
        {...rest}
        {...aria}
        id={id}
        type={type}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

const INPUT: string = "input";

/** Preact types an input by a `type` that is written out; here it is any of them. */
function Input(props: LooseInputHTMLAttributes) {
  return h(INPUT, props);
}

/** A field of many lines. `code` sets it in a fixed width and leaves the spelling alone. */
export function AreaField(
  props: FieldProps & {
    value: string;
    onInput(value: string): void;
    rows?: number;
    code?: boolean;
    maxLength?: number;
  },
) {
  const { label, hint, path: _, error: __, onInput, code = false, ...rest } = props;
  const { id, wrong, aria } = useField(props);
  return (
    <Field id={id} label={label} hint={hint} wrong={wrong}>
      <textarea
        {...rest}
        {...aria}
        id={id}
        class={code ? "code" : ""}
        spellcheck={!code}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

/** A choice of one. Options are values with what they are called. */
export function SelectField(
  props: FieldProps & {
    value: string;
    onInput(value: string): void;
    options: readonly (readonly [value: string, name: string])[];
  },
) {
  const { label, hint, path: _, error: __, onInput, options, ...rest } = props;
  const { id, wrong, aria } = useField(props);
  return (
    <Field id={id} label={label} hint={hint} wrong={wrong}>
      <select {...rest} {...aria} id={id} onInput={(event) => onInput(event.currentTarget.value)}>
        {options.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
    </Field>
  );
}

/** A yes or no. */
export function CheckField({ label, hint, checked, disabled = false, onInput }: {
  label: ComponentChildren;
  hint?: ComponentChildren;
  checked: boolean;
  disabled?: boolean;
  onInput(checked: boolean): void;
}) {
  const id = useId();
  return (
    <div class="field check">
      <label>
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          {...hint ? { "aria-describedby": id } : {}}
          onInput={(event) => onInput(event.currentTarget.checked)}
        />
        {shown(label)}
      </label>
      {hint && <small id={id}>{shown(hint)}</small>}
    </div>
  );
}

/** A form that does `action` when it is sent, and shows what went wrong at its end. */
export function Form({ action, submit, children, extra }: {
  action: Action<[]>;
  /** What the button says. */
  submit: string;
  /** More buttons beside the first. */
  extra?: ComponentChildren;
  children: ComponentChildren;
}) {
  const send = (event: TargetedEvent<HTMLFormElement, SubmitEvent>) => {
    event.preventDefault();
    void action.run();
  };
  return (
    <form onSubmit={send}>
      {children}
      <ProblemView error={action.error} />
      <div class="actions">
        <button type="submit" aria-busy={action.busy} disabled={action.busy}>{submit}</button>
        {extra}
      </div>
    </form>
  );
}
