import assert from "@std/assert";
import { TOOL_CODES } from "../../../supabase/functions/_shared/policy/refusal.ts";
import {
  ANY_TOOL,
  type Tool,
  ToolFailure,
} from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { compile } from "../../../supabase/functions/_shared/sandbox/source/compile.ts";
import { makePlay, resultOf } from "../_shared/sandbox/conformance/rig.ts";

const ROOT = new URL("../../../", import.meta.url);
const TYPES = new URL("supabase/functions/_shared/sandbox/agent.d.ts", ROOT);
const page = await Deno.readTextFile(new URL("docs/tools.md", ROOT));
const types = await Deno.readTextFile(TYPES);
const example = /```ts\n([^]*?)```/.exec(page)?.[1] ?? "";
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
  const named = ["Agent", "Files"].map((name) => {
    const [, body = ""] = new RegExp(`interface ${name} \\{([^]*?)\\n\\}`).exec(types) ?? [];
    return [...body.matchAll(/^ {2}(\w+)[(:]/gm)].map(([, method]) => method).sort();
  });
  assert.deepEqual(resultOf(await play(program)), named);
});

Deno.test("docs/tools.md names each code with which a call can fail", () => {
  const named = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, code]) => code);
  assert.deepEqual(named, [...TOOL_CODES, "tool_failed"]);
});
