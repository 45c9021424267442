import * as z from "zod";
import { InputSchema } from "../supabase/functions/_shared/input_schema.ts";
import { Policy } from "../supabase/functions/_shared/policy/schema.ts";
import { ROOT } from "./graph.ts";

/** What `templates/<name>.json` says beside the source: the agent's world, and one input for it. */
export const TemplateFile = z.strictObject({
  title: z.string().max(60),
  description: z.string().max(200),
  input_schema: InputSchema,
  policy: z.record(z.string(), z.unknown()).refine((policy) => Policy.safeParse(policy).success),
  example: z.unknown(),
});

/** The names of the templates, the simplest first. */
export const TEMPLATE_NAMES = ["hello", "table", "notes", "words", "watch", "ask", "digest"];

/** The files of `sdk/authoring/`: what authors of agents need, for every surface that has authors. */
export async function describeAuthoring(): Promise<Map<string, string>> {
  const types = await read("supabase/functions/_shared/sandbox/agent.d.ts");
  return new Map([
    ["sdk/authoring/templates.ts", await templates()],
    ["sdk/authoring/agent_types.ts", text("AGENT_TYPES", "`agent.d.ts`: what editors know", types)],
    ["sdk/authoring/policy_schema.ts", policySchema()],
  ]);
}

async function templates(): Promise<string> {
  const entries = await Promise.all(TEMPLATE_NAMES.map(async (name) => {
    const source = await read(`templates/${name}.ts`);
    const rest = TemplateFile.parse(JSON.parse(await read(`templates/${name}.json`)));
    return JSON.stringify({ name, ...rest, source });
  }));
  return [
    "/** An agent to begin with. Generated from `templates/`, as all of this file. */",
    "export interface Template {",
    "readonly name: string; readonly title: string; readonly description: string;",
    "readonly source: string;",
    "/** As the API takes it. */",
    "readonly input_schema: Readonly<Record<string, unknown>>;",
    "/** As the API takes it; what is left out has its default. */",
    "readonly policy: Readonly<Record<string, unknown>>;",
    "/** An input that it takes. */",
    "readonly example: unknown;",
    "}",
    "",
    "/** Every template, the simplest first. */",
    `export const TEMPLATES: readonly Template[] = [${entries.join(",\n")}];`,
    "",
  ].join("\n");
}

function policySchema(): string {
  const { $defs, ...whole } = z.toJSONSchema(Policy, { io: "input", reused: "inline" });
  const schema = $defs?.Policy ?? whole; // it has a name in the API, and stands alone here
  return [
    "/** The JSON Schema of a policy, with its defaults. Generated from the schema that decides. */",
    "export const POLICY_SCHEMA: Readonly<Record<string, unknown>> =",
    `${JSON.stringify(schema)};`,
    "",
  ].join("\n");
}

function text(name: string, about: string, value: string): string {
  return `/** ${about}. Generated. */\nexport const ${name}: string = ${JSON.stringify(value)};\n`;
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(`${ROOT}/${path}`);
}
