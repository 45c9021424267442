import { ApiDocument, type Operation, operationsOf, type Schema } from "./document.ts";
import { anchorOf } from "./markdown.ts";
import { noteOf, typeOf } from "./types.ts";

const FOLDER = "docs/reference";
/** From which part of the routes on a refusal is a usual one. */
const USUAL = 0.7;
const NOTE = "Written by `deno task gen` from the schemas that check requests.";

/** The pages of the interface's reference, by path: an index, one for each function, the schemas. */
export function describeReference(json: unknown): Map<string, string> {
  const api = ApiDocument.parse(JSON.parse(JSON.stringify(json)));
  const usual = usualRefusals(api);
  const pages = new Map<string, string>();
  pages.set(`${FOLDER}/README.md`, indexOf(api, usual));
  for (const { name, description } of api.tags) {
    const routes = operationsOf(api, name).map((each) => describeRoute(api, each, usual));
    pages.set(
      `${FOLDER}/${name}.md`,
      [`# \`/functions/v1/${name}\``, description, NOTE, ...routes].join("\n\n"),
    );
  }
  pages.set(`${FOLDER}/schemas.md`, describeSchemas(api));
  return pages;
}

/** What nearly every route may refuse with: it is said once, in the index. */
function usualRefusals(api: ApiDocument): string[] {
  const all = api.tags.flatMap(({ name }) => operationsOf(api, name))
    .map(({ operation }) => refusalsOf(api, operation));
  const codes = new Set(all.flat());
  return [...codes].filter((code) =>
    all.filter((each) => each.includes(code)).length > all.length * USUAL
  );
}

function indexOf(api: ApiDocument, usual: readonly string[]): string {
  const functions = api.tags.map(({ name, description }) => {
    const rows = operationsOf(api, name).map(({ method, path, operation }) => [
      `[\`${method} ${path}\`](${name}.md#${anchorOf(`${method} ${path}`)})`,
      operation.summary,
    ]);
    return `## ${name}\n\n${description}\n\n${table(["route", "does"], rows)}`;
  });
  return [
    "# Reference",
    `Every route of version ${api.info.version}, below \`/functions/v1\` of your project. ${NOTE} ` +
    "The same for programs: `GET /agents/openapi.json`, for one agent: " +
    "`GET /agents/{name}/openapi.json`.",
    "Credentials: [who is calling](../identity.md). Budgets: [limits](../limits.md). Refusals: " +
    "[errors](../errors.md). What requests and answers hold: [schemas](schemas.md).",
    `Nearly every route may refuse with ${codesOf(usual)}; that is not repeated for each.`,
    ...functions,
  ].join("\n\n");
}

function describeRoute(
  api: ApiDocument,
  { method, path, operation }: { method: string; path: string; operation: Operation },
  usual: readonly string[],
): string {
  const { summary, description, parameters, requestBody } = operation;
  const rows = parameters.map(({ name, in: place, required, schema, description = "" }) => [
    `\`${name}\``,
    `${place}${required ? "" : ", optional"}`,
    typeOf(schema),
    [description === "" ? "" : `${description}.`, noteOf(schema)].filter(Boolean).join(" "),
  ]);
  const bodies = Object.entries(requestBody?.content ?? {})
    .map(([type, { schema = {} }]) => `Body: ${typeOf(schema)} (\`${type}\`).`);
  return [
    `## \`${method} ${path}\``,
    `${summary}. ${description}`,
    ...(rows.length === 0 ? [] : [table(["parameter", "in", "type", "meaning"], rows)]),
    ...bodies,
    answersOf(operation, refusalsOf(api, operation).filter((code) => !usual.includes(code))),
  ].join("\n\n");
}

/** What a route answers: its successes with their schemas, and its own refusals by their codes. */
function answersOf({ responses }: Operation, refusals: readonly string[]): string {
  const successes = Object.entries(responses).filter(([, { $ref }]) => $ref === undefined)
    .map(([status, { content = {} }]) => {
      const kinds = Object.entries(content).map(([type, { schema = {} }]) =>
        type === "application/json" ? typeOf(schema) : `\`${type}\``
      );
      return [status, kinds.join(" or ")].filter(Boolean).join(" ");
    });
  const refused = refusals.length === 0 ? "" : ` Refuses with ${codesOf(refusals)}.`;
  return `Answers ${successes.join("; ")}.${refused}`;
}

/** The codes of a route's refusals: the descriptions of the responses are lists of them. */
function refusalsOf(api: ApiDocument, { responses }: Operation): string[] {
  return Object.values(responses).flatMap(({ $ref }) => {
    if ($ref === undefined) return [];
    return (api.components.responses[$ref.split("/").at(-1) ?? ""]?.description ?? "").split(", ");
  });
}

function codesOf(codes: readonly string[]): string {
  return codes.map((code) => `\`${code}\``).join(", ");
}

function describeSchemas(api: ApiDocument): string {
  const parts = Object.entries(api.components.schemas).map(([name, schema]) =>
    [`## ${name}`, ...describeSchema(schema)].join("\n\n")
  );
  return ["# Schemas", `What requests and answers hold. ${NOTE}`, ...parts].join("\n\n");
}

function describeSchema(schema: Schema): string[] {
  const { description, properties = {}, required = [] } = schema;
  const rows = Object.entries(properties).map(([name, field]) => [
    `\`${name}\`${required.includes(name) ? "" : " (optional)"}`,
    typeOf(field),
    noteOf(field),
  ]);
  return [
    ...(description === undefined ? [] : [description]),
    rows.length === 0 ? `${typeOf(schema)}. ` : table(["field", "type", "meaning"], rows),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
