import assert from "@std/assert";
import * as z from "zod";
import { ToolRefusal } from "../../../supabase/functions/_shared/policy/refusal.ts";
import { defineTool } from "../../../supabase/functions/tools/calls/tool.ts";
import { onEveryEngine, outputOf } from "./rig.ts";

/** A tool that echoes, within what `files` is granted. */
const echo = defineTool({
  name: "files.read",
  grant: "files",
  args: z.strictObject({ path: z.string().max(1_000) }),
  plan: ({ path }) => ({
    target: path,
    check({ access }) {
      if (path.startsWith("secret") && access === "read") {
        throw new ToolRefusal("path_invalid", "Not this one.");
      }
    },
    amounts: ({ max_files }) => [{ scope: "run", what: "echoes", amount: 1, most: max_files }],
  }),
  async perform({ path }) {
    await Promise.resolve();
    if (path === "broken") throw new Error("a secret of ours");
    return { value: { path }, bytesIn: path.length };
  },
});

const TRY = `async (work) => {
  try { return { value: await work() }; }
  catch (error) { return { name: error.name, code: error.code, message: error.message }; }
}`;

/** The border itself: each engine has its own half of it. */
const WHEREVER = { everyEngine: true };

onEveryEngine("what a policy grants is performed, and is in the ledger", [echo], async (rig) => {
  const outcome = await rig.run({
    policy: { files: {} },
    source: `export default (_, agent) => agent.call("files.read", { path: "a.txt" });`,
  });
  assert.deepEqual(outputOf(outcome), { path: "a.txt" });
  assert.deepEqual(
    outcome.calls.map(({ tool, target, verdict, outcome }) => ({
      tool,
      target,
      verdict,
      outcome,
    })),
    [{ tool: "files.read", target: "a.txt", verdict: "allowed", outcome: "ok" }],
  );
}, WHEREVER);

onEveryEngine(
  "what is not granted is a typed denial, and is in the ledger",
  [echo],
  async (rig) => {
    const outcome = await rig.run({
      policy: {},
      source: `const attempt = ${TRY};
      export default async (_, agent) => [
        await attempt(() => agent.call("files.read", { path: "a" })),
        await attempt(() => agent.call("launch", {})),
        await attempt(() => agent.call("__proto__", {})),
        await attempt(() => agent.call("files.read", { path: 7 })),
      ].map(({ name, code }) => name + " " + code);`,
    });
    assert.deepEqual(outputOf(outcome), [
      "ToolError not_granted",
      "ToolError unknown_tool",
      "ToolError unknown_tool",
      "ToolError invalid_arguments",
    ]);
    assert.deepEqual(outcome.calls.map(({ verdict, reason }) => `${verdict} ${reason}`), [
      "denied not_granted",
      "denied unknown_tool",
      "denied unknown_tool",
      "denied invalid_arguments",
    ]);
  },
  WHEREVER,
);

onEveryEngine("50 calls at once spend the budget and no more", [echo], async (rig) => {
  const outcome = await rig.run({
    policy: { files: { max_files: 7 } },
    source: `const attempt = ${TRY};
      export default async (_, agent) => {
        const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
          attempt(() => agent.call("files.read", { path: "f" + i }))));
        return all.map(({ code }) => code ?? "ok");
      };`,
  });
  const codes = z.string().array().parse(outputOf(outcome));
  assert.equal(codes.filter((code) => code === "ok").length, 7);
  assert.equal(codes.filter((code) => code === "budget_spent").length, 43);
}, WHEREVER);

onEveryEngine(
  "what breaks on our side is told as unavailable and nothing more",
  [echo],
  async (rig) => {
    const outcome = await rig.run({
      policy: { files: {} },
      source: `const attempt = ${TRY};
      export default (_, agent) => attempt(() => agent.call("files.read", { path: "broken" }));`,
    });
    assert.deepEqual(outputOf(outcome), {
      name: "ToolError",
      code: "unavailable",
      message: "The tool cannot be had at the moment.",
    });
    assert.equal(outcome.calls[0]?.outcome, "unavailable");
  },
  WHEREVER,
);
