import assert from "@std/assert";
import * as z from "zod";
import agents from "../../../supabase/functions/agents/index.ts";
import { person } from "../../stack.ts";
import { as, type Ask, create } from "../execute/rig.ts";
import { ApiDocument } from "../fuzz/document.ts";

const Operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  requestBody: z.object({
    content: z.object({ "application/json": z.object({ schema: z.unknown() }) }),
  }),
});
const Described = z.looseObject({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.looseObject({ securitySchemes: z.record(z.string(), z.unknown()) }),
});

async function describe(ask: Ask, name: string) {
  const response = await ask("GET", `/agents/${name}/openapi.json`);
  assert.equal(response.status, 200, await response.clone().text());
  const text = await response.text();
  const document = Described.parse(JSON.parse(text));
  const start = Operation.parse(document.paths[`/execute/agents/${name}`]?.post);
  const { schema } = start.requestBody.content["application/json"];
  return { text, document, start, schema };
}

/** References that lead nowhere. */
function brokenIn(text: string, document: unknown): string[] {
  const lookUp = (pointer: string) =>
    pointer.slice(2).split("/").reduce<unknown>(
      (at, step) => z.record(z.string(), z.unknown()).safeParse(at).data?.[step],
      document,
    );
  return [...text.matchAll(/"\$ref":"(#\/components\/[^"]+)"/g)]
    .map(([, pointer = ""]) => pointer).filter((pointer) => lookUp(pointer) === undefined);
}

Deno.test("GET /agents/:name/openapi.json describes the published version, complete in itself", async () => {
  const ann = as(await person("ann"));
  const input_schema = { type: "object", properties: { city: { type: "string" } } };
  await create(ann, "my-weather", "export default () => 1;", { input_schema, description: "It" });
  const { text, document, start, schema } = await describe(ann, "my-weather");
  assert.deepEqual(document.info, { title: "my-weather", version: "1", description: "It" });
  assert.equal(start.operationId, "run_my_weather");
  assert.deepEqual(start.security, [{ user: ["agents:execute"] }, { key: ["agents:execute"] }]);
  assert.deepEqual(schema, {
    type: "object",
    properties: { input: input_schema },
    required: ["input"],
  });
  assert.deepEqual(Object.keys(document.components.securitySchemes), ["user", "key"]);
  assert.deepEqual(brokenIn(text, document), []);
  assert.ok(!text.includes("{name}"), "a path has a parameter left");
});

Deno.test("an agent's description is of the version that runs, also after going back", async () => {
  const ann = as(await person("ann"));
  await create(ann, "two", "export default () => 1;");
  const input_schema = { type: "string" };
  const made = await ann("POST", "/agents/two/versions", {
    source: "export default () => 2;",
    input_schema,
  });
  assert.equal(made.status, 201);
  await made.body?.cancel();
  const second = await describe(ann, "two");
  assert.equal(second.document.info.version, "2");
  assert.deepEqual(z.object({ properties: z.unknown() }).parse(second.schema).properties, {
    input: input_schema,
  });
  await (await ann("POST", "/agents/two/publish", { version: 1 })).body?.cancel();
  assert.equal((await describe(ann, "two")).document.info.version, "1");
});

Deno.test("what an agent's author wrote refers to nothing in its description", async () => {
  const ann = as(await person("ann"));
  const $ref = "#/components/__proto__/constructor";
  await create(ann, "odd", "export default () => 1;", {
    description: `"$ref":"${$ref}"`,
    input_schema: { default: { $ref }, examples: [{ $ref: "#/components/schemas/Agent" }] },
  });
  const { components } = (await describe(ann, "odd")).document;
  const kinds = Object.keys(components).sort();
  assert.deepEqual(kinds, ["headers", "responses", "schemas", "securitySchemes"]);
  const schemas = z.record(z.string(), z.unknown()).parse(components.schemas);
  assert.ok(!Object.hasOwn(schemas, "Agent"));
});

Deno.test("a run answers as its agent's own description says", async () => {
  const ann = as(await person("ann"));
  await create(ann, "plain", "export default (input) => input;");
  const { document } = await describe(ann, "plain");
  const api = new ApiDocument(document);
  const start = api.operations.find(({ method }) => method === "POST") ?? assert.fail();
  for (const body of [{ input: { a: 1 } }, { input: 1, surplus: 1 }]) {
    const answer = await ann("POST", start.path, body);
    const { status, headers } = answer;
    const text = await answer.text();
    assert.equal(api.violation(start, { status, headers, text }), undefined);
  }
});

Deno.test("nobody else is told what an agent wants", async () => {
  const ann = as(await person("ann"));
  const bob = as(await person("bob"));
  await create(ann, "hidden", "export default () => 1;");
  const hidden = await bob("GET", "/agents/hidden/openapi.json");
  assert.equal(hidden.status, 404);
  await hidden.body?.cancel();
  const stranger = await agents.request("/agents/hidden/openapi.json");
  assert.equal(stranger.status, 401);
  await stranger.body?.cancel();
});
