import assert from "@std/assert";
import * as z from "zod";
import { AGENT_TYPES } from "../../sdk/authoring/agent_types.ts";
import { type Template, TEMPLATES } from "../../sdk/authoring/templates.ts";
import { type Person, person } from "../stack.ts";

const Run = z.object({ id: z.string(), status: z.string(), output: z.unknown() });
type Run = z.infer<typeof Run>;
const Calls = z.object({
  data: z.array(z.object({
    id: z.string(),
    verdict: z.string(),
    reason: z.string().nullable(),
  })),
});

/** How each template ends with its own example, on a stack without Internet and without models. */
const ENDINGS: Record<string, (run: Run) => void> = {
  hello: ({ output }) => assert.deepEqual(output, { greeting: "Hello, Ada! Hello, Ada!" }),
  table: ({ output }) => assert.deepEqual(output, { rows: 2, sums: { trees: 200 } }),
  notes: ({ output }) => {
    assert.deepEqual(output, { notes: [{ path: "notes/shopping.md", size: 11 }] });
  },
  words: ({ output }) => {
    assert.deepEqual(output, [{ word: "the", count: 3 }, { word: "and", count: 2 }]);
  },
  watch: ({ status }) => assert.match(status, /^(succeeded|failed)$/),
  ask: ({ output }) => assert.deepEqual(output, { written: "approved.txt", size: 21 }),
  digest: ({ status }) => assert.match(status, /^(succeeded|failed)$/),
};

/** The reasons for which a policy alone denies a call. */
const BY_POLICY = /^(not_granted|(host|method|path|port|command|model|repository)_denied)$/;

for (const template of TEMPLATES) {
  Deno.test(`the template ${template.name} runs with its example, as its policy lets it`, async () => {
    const ann = await person("ann");
    const { name, source, input_schema, policy, example } = template;
    const body = { name, source, input_schema, policy };
    const created = await reply(ann, "POST", "/agents", { body });
    assert.deepEqual(z.object({ findings: z.array(z.unknown()) }).parse(created).findings, []);
    const run = await execute(ann, template);
    ENDINGS[name]?.(run);
    assert(name in ENDINGS);
    const calls = Calls.parse(await reply(ann, "GET", `/execute/runs/${run.id}/calls`));
    for (const { reason } of calls.data) assert.doesNotMatch(reason ?? "", BY_POLICY);
    assert.notEqual(example, undefined);
  });
}

Deno.test("what editors know of an agent's world is what its types say", async () => {
  const path = new URL("../../supabase/functions/_shared/sandbox/agent.d.ts", import.meta.url);
  assert.equal(AGENT_TYPES, await Deno.readTextFile(path));
});

/** Executes a template's agent, says yes to what it asks for, and waits for its ending. */
async function execute(ann: Person, { name, example }: Template): Promise<Run> {
  const response = await ann.call("POST", `/execute/agents/${name}`, {
    body: { input: example },
    headers: { accept: "text/event-stream" },
  });
  assert.equal(response.status, 200);
  const run = response.headers.get("location")?.replace("/functions/v1", "") ?? "";
  let text = "";
  const approved = new Set<string>();
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    const waiting = /^data: (.*"type":"tool\.waiting".*)$/m.exec(text)?.[1];
    if (waiting === undefined || approved.has(waiting)) continue;
    approved.add(waiting);
    const { data } = z.object({ data: z.object({ call: z.string() }) }).parse(JSON.parse(waiting));
    await reply(ann, "POST", `${run}/calls/${data.call}`, { body: { decision: "approve" } });
  }
  return Run.parse(await reply(ann, "GET", run));
}

async function reply(
  { call }: Person,
  method: string,
  path: string,
  init: { body?: unknown } = {},
): Promise<unknown> {
  const response = await call(method, path, init);
  const text = await response.text();
  assert(response.ok, `${method} ${path}: ${text}`);
  return JSON.parse(text);
}
