import assert from "@std/assert";
import * as z from "zod";
import { defineTool } from "../../../supabase/functions/tools/calls/tool.ts";
import { onEveryEngine, outputOf } from "./rig.ts";

let stopped = 0;

/** Says a word each few milliseconds, `count` of them or for ever. */
const llm = defineTool({
  name: "llm",
  grant: "files",
  args: z.strictObject({ count: z.int(), stream: z.boolean().default(false) }),
  plan: () => ({ target: "a model", check() {} }),
  perform: ({ count }) => Promise.resolve({ value: { words: count } }),
  wantsStream: ({ stream }) => stream,
  async *stream({ count }, { signal }) {
    let words = 0;
    for (; words !== count && !signal.aborted; words++) {
      yield `${words} `;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (signal.aborted) stopped++;
    return { value: { words } };
  },
});

/** How many streams have been stopped so far. */
const count = defineTool({
  name: "files.stat",
  grant: "files",
  args: z.unknown(),
  plan: () => ({ target: "stopped", check() {} }),
  perform: () => Promise.resolve({ value: stopped }),
});

const policy = { files: {} };

onEveryEngine("a stream comes in pieces, and its call is in the ledger", [llm], async (rig) => {
  const outcome = await rig.run({
    policy,
    source: `export default async (_, agent) => {
      const stream = agent.llm.stream({ count: 40 });
      let pieces = 0, text = "";
      for await (const piece of stream) { pieces++; text += piece; }
      return [pieces > 1, pieces < 40, text, await stream.result(), await agent.llm({ count: 3 })];
    };`,
  });
  const text = Array.from({ length: 40 }, (_, i) => `${i} `).join("");
  assert.deepEqual(outputOf(outcome), [true, true, text, { words: 40 }, { words: 3 }]);
  assert.deepEqual(
    outcome.calls.map(({ tool, outcome }) => `${tool} ${outcome}`),
    ["llm ok", "llm ok"],
  );
});

onEveryEngine(
  "a stream whose loop is left is stopped while the run goes on",
  [llm, count],
  async (rig) => {
    const before = stopped;
    const outcome = await rig.run({
      policy: { ...policy, limits: { tool_calls: 200 } },
      source: `export default async (before, agent) => {
        for await (const _ of agent.llm.stream({ count: -1 })) break;
        for (let i = 0; i < 100; i++) {
          if (await agent.files.stat("x") > before) return "stopped";
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };`,
      input: before,
    });
    assert.equal(outputOf(outcome), "stopped");
    assert.notEqual(outcome.calls[0]?.outcome, null, "its call is over in the ledger");
  },
);

onEveryEngine("a run has at most 8 streams open", [llm], async (rig) => {
  const outcome = await rig.run({
    policy,
    source: `export default async (_, agent) => {
      const streams = Array.from({ length: 9 }, () => agent.llm.stream({ count: -1 }));
      const first = await Promise.allSettled(streams.map((stream) => stream.next()));
      return first.map(({ reason }) => reason?.code ?? "open").sort();
    };`,
  });
  assert.deepEqual(outputOf(outcome), ["budget_spent", ...Array(8).fill("open")]);
});
