/** The closed lists of the wire as values, for menus, flags and checks: each is said once. */
import * as z from "zod";
import { PERMISSIONS } from "../supabase/functions/_shared/permission.ts";
import type { Json } from "./openapi/schemas.ts";

const Words = z.array(z.string()).min(1);
const Property = z.looseObject({
  enum: Words.optional(),
  items: z.looseObject({ enum: Words.optional() }).optional(),
});
const Document = z.object({
  components: z.object({
    schemas: z.record(
      z.string(),
      z.looseObject({ properties: z.record(z.string(), z.unknown()).default({}) }),
    ),
  }),
});

/** Of which schema's property a list is, and what the words are. */
const LISTS: Record<string, [schema: string, property: string, what: string]> = {
  RUN_STATUSES: ["Run", "status", "Every state of a run, in the order of its life."],
  RUN_ENDINGS: ["NewWebhook", "statuses", "How a run can end."],
  AGENT_STATES: ["Agent", "state", "Every state of an agent."],
  ROLES: ["User", "role", "The roles of people, the least first."],
  KEY_SCOPES: ["NewKey", "scopes", "What an API key may be granted."],
  SECURITY_EVENTS: ["Alert", "type", "What a security event, an alert and its rule are about."],
  ALERT_SUBJECTS: ["Rule", "per", "Whose events a rule of alerts counts together."],
  QUARANTINE_KINDS: ["Quarantine", "kind", "What can be held, and what evidence can be about."],
  HOLD_KINDS: ["Hold", "kind", "What a legal hold can be on."],
};

const HEAD = `/**
 * The closed lists of the wire. \`deno task gen\` writes this file from the OpenAPI document; nobody
 * else does.
 *
 * @module
 */
`;

/** The text of `sdk/lists.ts` for an OpenAPI document of ours. */
export function describeLists(api: Json): string {
  const { components: { schemas } } = Document.parse(api);
  const lists = Object.entries(LISTS).map(([name, [schema, property, what]]) => {
    const found = Property.parse(schemas[schema]?.properties[property]);
    return listOf(name, what, Words.parse(found.enum ?? found.items?.enum));
  });
  lists.push(listOf("PERMISSIONS", "What the role of a person may grant.", PERMISSIONS));
  return [HEAD, ...lists].join("\n");
}

function listOf(name: string, what: string, words: readonly string[]): string {
  const items = words.map((word) => JSON.stringify(word)).join(", ");
  return `/** ${what} */\nexport const ${name} = [${items}] as const;\n`;
}
