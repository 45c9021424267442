import assert from "@std/assert";
import * as z from "zod";
import { createCallTokens } from "../../../supabase/functions/_shared/call_token.ts";
import { runId } from "../../../supabase/functions/execute/runs/schema.ts";
import { defineTool } from "../../../supabase/functions/tools/calls/tool.ts";
import { testStack } from "../../stack.ts";
import { onEveryEngine, outputOf } from "./rig.ts";

let stopped = 0;

/** Answers what it was asked, or never. */
const tool = defineTool({
  name: "files.read",
  grant: "files",
  args: z.looseObject({ never: z.boolean().optional() }),
  plan: () => ({ target: "x", check() {} }),
  async perform(args, { signal }) {
    if (args.never) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      stopped++;
    }
    return { value: Object.keys(args) };
  },
});

const ATTEMPT = `const attempt = async (work) => {
  try { return await work(); } catch (error) { return error.name + " " + error.code; }
};`;
const policy = { files: {} };

onEveryEngine(
  "arguments of megabytes are refused before they leave the sandbox",
  [tool],
  async (rig) => {
    const outcome = await rig.run({
      policy,
      source: `${ATTEMPT}
      export default async (_, agent) => [
        await attempt(() => agent.call("files.read", { text: "x".repeat(2_000_000) })),
        await attempt(() => agent.call("files.read", { after: 1 })),
      ];`,
    });
    assert.deepEqual(outputOf(outcome), ["ToolError arguments_too_large", ["after"]]);
    assert.equal(outcome.calls.length, 1, "what did not leave is not in the ledger");
  },
);

onEveryEngine(
  "keys and names that pollute prototypes are plain data, here and there",
  [tool],
  async (rig) => {
    const outcome = await rig.run({
      policy,
      source: `${ATTEMPT}
      export default async (_, agent) => [
        await attempt(() => agent.call("files.read",
          JSON.parse('{"__proto__": {"never": true}, "constructor": 1}'))),
        await attempt(() => agent.call("constructor", {})),
        await attempt(() => agent.call("toString")),
        await attempt(() => agent.call("a\\u0000b\\u202e", { x: "\\u0000\\ud800" })),
        ({}).never === undefined,
      ];`,
    });
    const [keys, ...rest] = z.unknown().array().parse(outputOf(outcome));
    assert.ok(!z.string().array().parse(keys).includes("never"));
    assert.deepEqual(rest, [
      "ToolError unknown_tool",
      "ToolError unknown_tool",
      "ToolError unknown_tool",
      true,
    ]);
    assert.equal(outcome.calls.at(-1)?.tool, "a\ufffdb\ufffd");
  },
);

onEveryEngine(
  "a call that never ends is stopped with its run, and is in the ledger",
  [tool],
  async (rig) => {
    const before = stopped;
    const run = await rig.start(
      await rig.agent({
        policy,
        source: `export default (_, agent) => agent.call("files.read", { never: true });`,
      }),
    );
    await rig.until(run, ({ calls }) => calls.length === 1);
    assert.equal((await rig.ask("POST", `/execute/runs/${run.id}/cancel`)).status, 202);
    const ended = await rig.until(
      run,
      ({ run, calls }) =>
        run.status !== "running" && stopped === before + 1 && calls[0]?.outcome !== null,
    );
    assert.equal(ended.run.status, "cancelled");
  },
);

onEveryEngine(
  "nobody calls a tool for a run that has ended, or without its pass",
  [tool],
  async (rig) => {
    const { run } = await rig.run({ policy, source: "export default () => 1;" });
    const tokens = createCallTokens(testStack().secretKey);
    const at = { run: runId.param.parse(run.id), attempt: 1 };
    const pass = await tokens.issue(at, Date.now() + 60_000);
    const body = { call: crypto.randomUUID(), tool: "files.read", args: {} };
    const ended = await rig.askTools(body, pass);
    assert.equal(ended.status, 200);
    assert.equal((await ended.json()).code, "run_ended");
    const nobody = await tokens.issue(
      { run: crypto.randomUUID(), attempt: 1 },
      Date.now() + 60_000,
    );
    assert.equal((await (await rig.askTools(body, nobody)).json()).code, "run_ended");
    const over = await tokens.issue(at, Date.now() - 1);
    for (
      const credential of [undefined, over, `${pass}x`, rig.owner.token, testStack().secretKey]
    ) {
      const reply = await rig.askTools(body, credential);
      assert.equal(reply.status, 401, await reply.text());
    }
  },
);

onEveryEngine(
  "a run goes on after any number of failures, until its budget is spent",
  [tool],
  async (rig) => {
    const outcome = await rig.run({
      policy: { ...policy, limits: { tool_calls: 20 } },
      source: `${ATTEMPT}
      export default async (_, agent) => {
        let failures = 0;
        for (let i = 0; i < 20; i++) {
          if (await attempt(() => agent.call("nothing" + i)) === "ToolError unknown_tool") failures++;
        }
        agent.log("failures", failures);
        await agent.call("one.more");
      };`,
    });
    assert.equal(outcome.run.status, "failed");
    assert.equal(outcome.run.error?.kind, "tool_limit");
    assert.equal(outcome.calls.length, 20);
  },
);
