import * as z from "zod";
import { POLICY_SCHEMA } from "../sdk/authoring/policy_schema.ts";
import { Manifest } from "./manifest.ts";

/** The JSON Schema of `cloister.json`, for editors: what zod cannot say of it comes from the API. */
export function manifestSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(Manifest, { io: "input", unrepresentable: "any" });
  const { policy, input_schema, ...properties } = schema.properties ?? {};
  const object = { type: ["object", "null"] };
  return {
    ...schema,
    properties: {
      ...properties,
      input_schema: merged(input_schema, object),
      policy: merged(policy, POLICY_SCHEMA),
    },
  };
}

function merged(found: unknown, more: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { description } = z.object({ description: z.string().optional() }).parse(found);
  return { ...more, ...(description !== undefined && { description }) };
}
