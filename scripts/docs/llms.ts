import { ApiDocument, operationsOf } from "./document.ts";

const PREFACE = `# Cloister

> Cloister lets the users of a Supabase project write, run and watch their own code agents, and lets
> its operator prove that this is safe: TypeScript on Supabase Edge Functions and Postgres row level
> security, with agent code in a sandbox that has nothing but what its policy grants.

- An agent is an ES module: \`export default async function (input, agent) { return output; }\`. Input
  and output are JSON; \`agent.log()\`, \`agent.output()\` and the granted tools are all there is.
- Call it with \`POST {project}/functions/v1/execute/agents/{name}\`, body \`{"input": …}\`, header
  \`Authorization: Bearer {access token of Supabase Auth, or API key ck_…}\`. Credentials never stand
  in an address.
- What agent code does wrong is the run's \`status\` (HTTP 200); what the caller does wrong is an RFC
  9457 problem with a stable \`code\`.
- Streams are server-sent events (\`Accept: text/event-stream\`); they go on after a break with
  \`Last-Event-ID\`, and end with exactly one event \`run.<status>\`.
- For programs: \`GET /agents/openapi.json\` (everything), \`GET /agents/{name}/openapi.json\` (one
  agent, with the schema of its input).`;

/**
 * `docs/llms.txt` as llmstxt.org describes it: what a program that writes programs should know, then
 * the sections of the documentation's index, then every route in a line.
 */
export function describeForPrograms(index: string, json: unknown): string {
  const api = ApiDocument.parse(JSON.parse(JSON.stringify(json)));
  const sections = index.slice(index.indexOf("\n## ")).trim();
  const routes = api.tags.flatMap(({ name }) =>
    operationsOf(api, name).map(({ method, path, operation }) =>
      `- \`${method} ${path}\`: ${operation.summary}`
    )
  );
  return [PREFACE, unwrap(sections), "## Routes below /functions/v1", routes.join("\n"), ""]
    .join("\n\n");
}

/** Lines that were wrapped for people, joined: a link and its sentence are one line. */
function unwrap(markdown: string): string {
  return markdown.replace(/\n {2,}/g, " ");
}
