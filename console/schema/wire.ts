import type { InputSchema, PolicyInput } from "../../sdk/mod.ts";
import { isObject } from "./field.ts";

/** Whether a value can be sent as a policy: the API says what is wrong in it. */
export function isPolicy(value: unknown): value is PolicyInput {
  return isObject(value);
}

/** Whether a value can be sent as an input schema: the API says what is wrong in it. */
export function isInputSchema(value: unknown): value is InputSchema {
  return isObject(value);
}
