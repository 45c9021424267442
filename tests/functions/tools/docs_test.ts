import assert from "@std/assert";
import { createEgress } from "../../../supabase/functions/_shared/egress/create.ts";
import { createLlm } from "../../../supabase/functions/_shared/llm/client.ts";
import { LIST_PRICES } from "../../../supabase/functions/_shared/llm/prices.ts";
import { TOOL_CODES, ToolRefusal } from "../../../supabase/functions/_shared/policy/refusal.ts";
import { Policy } from "../../../supabase/functions/_shared/policy/schema.ts";
import {
  ANY_TOOL,
  type Tool,
  ToolFailure,
} from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { compile } from "../../../supabase/functions/_shared/sandbox/source/compile.ts";
import { createKeeping } from "../../../supabase/functions/_shared/workspace/keeping.ts";
import type { CallingRun } from "../../../supabase/functions/tools/calls/tool.ts";
import { createEmailTool } from "../../../supabase/functions/tools/email/tool.ts";
import { createFetchTool } from "../../../supabase/functions/tools/fetch/tool.ts";
import { createFilesTools } from "../../../supabase/functions/tools/files/tools.ts";
import { createLlmTool } from "../../../supabase/functions/tools/llm/tool.ts";
import { createSearchTool } from "../../../supabase/functions/tools/search/tool.ts";
import { createShellTool } from "../../../supabase/functions/tools/shell/tool.ts";
import { makePlay, resultOf } from "../_shared/sandbox/conformance/rig.ts";
import { memory } from "./shell/rig.ts";

const ROOT = new URL("../../../", import.meta.url);
const TYPES = new URL("supabase/functions/_shared/sandbox/agent.d.ts", ROOT);
const page = await Deno.readTextFile(new URL("docs/tools.md", ROOT));
const types = await Deno.readTextFile(TYPES);
const example = /```ts\n([^]*?)```/.exec(page)?.[1] ?? "";
const policy = Policy.parse(JSON.parse(/```json\n([^]*?)```/.exec(page)?.[1] ?? ""));
const play = makePlay(quickJs);

/** What the tools of the example answer. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  search: { results: [], dropped: 0, as_prompt: "nothing" },
  fetch: { url: "", status: 201, redirected: false, headers: {}, body: "", encoding: "utf8" },
  llm: { stream: "s" },
  "files.write": {},
  shell: { stdout: "2 digest.md\n", stderr: "", exit_code: 0, truncated: false },
  "files.stat": { size: 11 },
};

/** A run under the policy of the page, and a ceiling that is no lower. */
const RUN: CallingRun = {
  id: "run",
  userId: "ann",
  agentId: "agent",
  agentName: "digest",
  attempt: 1,
  policy,
  ceiling: policy,
  recording: false,
};

/** The tools of a deployment, to be asked and not to be used. */
function realTools() {
  const egress = createEgress();
  const open = memory(new Map());
  const keys = { openai: undefined, anthropic: "key" };
  const urls = { openai: "https://api.openai.com/v1", anthropic: "https://api.anthropic.com" };
  const secrets = { reveal: () => Promise.resolve(undefined) };
  return [
    createFetchTool({ egress, secrets }),
    ...createFilesTools(open),
    createShellTool({ open }),
    createLlmTool({ llm: createLlm(egress, urls), prices: LIST_PRICES, keys, secrets }),
    createSearchTool({ engine: undefined, blocked: [] }),
    createEmailTool({ mailer: undefined, examine: createKeeping().examine }),
  ];
}

/** What policy and ceiling say to a call: `granted`, or the code of the refusal. */
async function verdictOn(name: string, args: unknown): Promise<string> {
  try {
    const tool = realTools().find((tool) => tool.name === name);
    const prepared = await tool?.prepare(args, RUN);
    prepared?.judge(RUN);
    return prepared === undefined ? "unknown_tool" : "granted";
  } catch (thrown) {
    assert.ok(thrown instanceof ToolRefusal, String(thrown));
    return thrown.code;
  }
}

Deno.test("docs/tools.md: its program runs as it stands, and asks for what it says", async () => {
  const pieces = ["hello", " ", "you"];
  const asked: unknown[] = [];
  const any: Tool = (_args, _signal, name) => {
    if (name === "email") throw new ToolFailure("recipient_denied", "not her");
    if (name !== "stream.next") asked.push(name);
    else if (pieces.length > 0) return Promise.resolve({ delta: pieces.shift() });
    else return Promise.resolve({ value: { text: "hello you" } });
    return Promise.resolve(ANSWERS[name]);
  };
  const compiled = await compile(example, "typescript");
  assert.ok(compiled.ok && compiled.findings.length === 0, JSON.stringify(compiled.findings));
  const played = await play(compiled.program, {
    input: { topic: "a" },
    tools: { [ANY_TOOL]: any },
  });
  assert.deepEqual(resultOf(played), { words: 2, saved: 11 });
  assert.deepEqual(asked, Object.keys(ANSWERS));
});

Deno.test("docs/tools.md: the policy beside its program grants what it asks for, and no message", async () => {
  const verdicts: unknown[] = [];
  const any: Tool = async (args, _signal, name) => {
    if (name === "stream.next") return { value: { text: "hello" } };
    verdicts.push([name, await verdictOn(name, args)]);
    if (name === "email") throw new ToolFailure("recipient_denied", "not her");
    return ANSWERS[name];
  };
  const compiled = await compile(example, "typescript");
  assert.ok(compiled.ok);
  const job = { input: { topic: "a" }, tools: { [ANY_TOOL]: any } };
  resultOf(await play(compiled.program, job));
  const granted = Object.keys(ANSWERS).map((name) => [name, "granted"]);
  granted.splice(granted.length - 1, 0, ["email", "recipient_denied"]);
  assert.deepEqual(verdicts, granted);
});

Deno.test("docs/tools.md: its program is of the types that authors are given", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(TYPES, `${folder}/agent.d.ts`);
    await Deno.writeTextFile(`${folder}/digest.ts`, example);
    const config = new URL("deno.json", ROOT).pathname;
    const args = ["check", "--no-lock", "--config", config, `${folder}/digest.ts`];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("agent.d.ts names each method of the agent, and no other", async () => {
  const program =
    "export default (_, agent) => [agent, agent.files].map((it) => Object.keys(it).sort())";
  const named = ["AgentContext", "Files"].map((name) => {
    const [, body = ""] = new RegExp(`interface ${name} \\{([^]*?)\\n\\}`).exec(types) ?? [];
    return [...body.matchAll(/^ {2}(\w+)[(:]/gm)].map(([, method]) => method).sort();
  });
  assert.deepEqual(resultOf(await play(program)), named);
});

Deno.test("docs/tools.md names each code with which a call can fail", () => {
  const [, section = ""] = /^## When a call fails\n([^]*?)^## /m.exec(page) ?? [];
  const named = [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, code]) => code);
  assert.deepEqual(named, [...TOOL_CODES, "tool_failed"]);
});
