import assert from "@std/assert";
import { describeWire } from "../../scripts/sdk_types.ts";

const Named = { $ref: "#/components/schemas/Named" };
const JSON_REPLY = { 200: { content: { "application/json": { schema: Named } } } };

/** A document with one schema that has a default, and what is asked about it. */
function wireOf(operations: Record<string, unknown>): string {
  return describeWire({
    paths: { "/things/{id}": operations },
    components: {
      schemas: {
        Named: {
          type: "object",
          properties: {
            name: { type: "string" },
            tags: { type: "array", items: { enum: ["a", "b"] }, default: [] },
          },
          required: ["name", "tags"],
          additionalProperties: false,
        },
      },
    },
  }).replaceAll(/\s+/g, " ");
}

const put = {
  summary: "Name a thing",
  security: [{ user: [] }],
  parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
  requestBody: { content: { "application/json": { schema: Named } } },
  responses: JSON_REPLY,
};

Deno.test("what callers send may leave out what a default fills in, what they get has it", () => {
  const text = wireOf({ put });
  assert.ok(
    text.includes(`"/things/{id}": { params: { id: string; }; body: NamedInput; reply: Named; };`),
  );
  assert.ok(text.includes(`export interface Named { name: string; tags: ("a" | "b")[]; }`));
  assert.ok(text.includes(`export interface NamedInput { name: string; tags?: ("a" | "b")[] |`));
});

Deno.test("routes of machines are none of the SDK's, and bytes are kept apart", () => {
  const bytes = { 200: { content: { "text/csv": { schema: {} } } } };
  const text = wireOf({
    put: { ...put, security: [{ runner: [] }] },
    get: { ...put, requestBody: undefined, responses: bytes },
  });
  assert.ok(text.includes(`export interface Routes { }`), text);
  assert.match(
    text,
    /interface RawRoutes \{ GET: \{ \/\*\* Name a thing\. \*\/ "\/things\/\{id\}"/,
  );
});
