import * as z from "zod";
import type { Version } from "../versions/schema.ts";
import type { Agent } from "./schema.ts";

const Json = z.record(z.string(), z.unknown());
type Json = z.infer<typeof Json>;

const Operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string() })),
  requestBody: z.unknown().optional(),
});
const Document = z.looseObject({
  openapi: z.string(),
  servers: z.array(z.unknown()),
  tags: z.array(z.looseObject({ name: z.string() })),
  paths: z.record(z.string(), Json),
  components: z.record(z.string(), Json),
});
/** The OpenAPI document of everything, as far as it is looked into. */
export type Document = z.infer<typeof Document>;

/** The parts of the whole document that whoever calls one agent needs, beside starting it. */
const AROUND = ["/execute/runs/{id}", "/execute/runs/{id}/events", "/execute/runs/{id}/cancel"];
const Start = z.object({ "/execute/agents/{name}": z.object({ post: Operation }) })
  .transform((paths) => paths["/execute/agents/{name}"].post);

/** Reads the document of everything, as `deno task gen` wrote it. */
export function readDocument(json: unknown): Document {
  return Document.parse(json);
}

/**
 * The OpenAPI 3.1 document of one agent: its published version with the input that its schema wants,
 * and what can be done with a run of it. Taken from the document of everything, so that both say the
 * same of answers, refusals and credentials.
 */
export function describeAgent(whole: Document, agent: Agent, version: Version): Json {
  const { openapi, servers, tags, components } = whole;
  const { parameters, requestBody: _, ...start } = Start.parse(whole.paths);
  const own = { ...start, parameters: parameters.filter(({ name }) => name !== "name") };
  const around = Object.fromEntries(AROUND.map((path) => [path, whole.paths[path]]));
  return {
    openapi,
    info: {
      title: agent.name,
      version: String(version.version),
      description: agent.description === "" ? `The agent ${agent.name}` : agent.description,
    },
    servers,
    tags: tags.filter(({ name }) => name === "execute"),
    paths: {
      [`/execute/agents/${agent.name}`]: { post: { ...own, ...startOf(agent, version) } },
      ...around,
    },
    components: {
      ...componentsOf(components, [own, around]),
      securitySchemes: schemesOf(components),
    },
  };
}

/** What of starting an agent is its own. */
function startOf({ name }: Agent, { input_schema }: Version): Json {
  const input = input_schema ?? { description: "Any JSON value; null if left out" };
  const schema = {
    type: "object",
    properties: { input },
    ...(input_schema !== null && { required: ["input"] }),
  };
  return {
    operationId: `run_${name.replaceAll("-", "_")}`,
    requestBody: { required: true, content: { "application/json": { schema } } },
  };
}

/** Users and their keys: no machine calls these. */
function schemesOf({ securitySchemes = {} }: Document["components"]): Json {
  const { user, key } = securitySchemes;
  return { user, key };
}

/**
 * The components that a part of our own document refers to, and those that these refer to. What an
 * agent's author wrote is not looked into: it can refer to nothing.
 */
function componentsOf(components: Document["components"], part: unknown): Record<string, Json> {
  const found: Record<string, Json> = {};
  const queue = referencesIn(part);
  for (const [kind, name] of queue) {
    if (found[kind]?.[name] !== undefined) continue;
    const component = components[kind]?.[name];
    found[kind] = { ...found[kind], [name]: component };
    queue.push(...referencesIn(component));
  }
  return found;
}

/** What is told of by reference, each as its kind and name. */
function referencesIn(part: unknown): [kind: string, name: string][] {
  const text = JSON.stringify(part);
  return [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)]
    .map(([, kind = "", name = ""]) => [kind, name]);
}
