import type { Field } from "./field.ts";

/** What each part of such a form is given. */
export interface PartProps<F extends Field = Field> {
  field: F;
  value: unknown;
  /** Told of each change; `undefined` takes an optional value away. */
  onChange(value: unknown): void;
  /** Where the value is, as the API's problem documents name it. */
  path: string;
  /** The failure of the last try, whose messages are shown at their fields. */
  error: unknown;
  required?: boolean;
}
