import type { NewVersion } from "../../../../sdk/mod.ts";
import { readJson } from "../../../schema/value.ts";
import { isInputSchema, isPolicy } from "../../../schema/wire.ts";
import type { Draft } from "./draft.ts";

/** A draft as the API takes it. Throws an error for people where its JSON is none. */
export function versionOf(
  { source, language, inputSchema, policy }: Draft,
): Omit<NewVersion, "publish"> {
  const schema = json("The input schema", inputSchema);
  const grants = json("The policy", policy) ?? {};
  if (schema !== null && !isInputSchema(schema)) throw new Error("The input schema is no object.");
  if (!isPolicy(grants)) throw new Error("The policy is no object.");
  return { source, language, input_schema: schema, policy: grants };
}

function json(what: string, text: string): unknown {
  const read = readJson(text);
  if ("problem" in read) throw new Error(`${what} is not JSON: ${read.problem}`);
  return read.value;
}
