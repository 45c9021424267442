import assert from "@std/assert";
import * as z from "zod";
import { defineTool } from "../../../../supabase/functions/tools/calls/tool.ts";
import { filesOf } from "../../agents/files_rig.ts";
import { onEveryEngine, outputOf, type ToolRig } from "../rig.ts";
import { filesTools } from "./rig.ts";

let rig: ToolRig | undefined;

/** What the agent's owner sees of its files, asked while the run waits. */
const look = defineTool({
  name: "search",
  grant: "search",
  args: z.strictObject({ query: z.string() }),
  plan: () => ({ target: "look", check: () => {} }),
  async perform(_, { run }) {
    assert.ok(rig);
    const { data, error } = await rig.owner.supabase.from("files").select("path").order("path");
    const files = filesOf(rig.owner, run.agentName);
    const answers = [await files("GET", "/b.txt"), await files("GET", "/scratch/a.txt")];
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
    return { value: { data, error, answers: answers.map(({ status }) => status) } };
  },
});

onEveryEngine(
  "nobody but the run sees its scratch area, and not over the Data API either",
  () => [...filesTools(), look],
  async (given) => {
    rig = given;
    const outcome = await given.run({
      policy: { files: {}, search: {} },
      source: `export default async (_, agent) => {
        await agent.files.write("scratch/a.txt", "x");
        await agent.files.write("b.txt", "x");
        return [await agent.files.read("scratch/a.txt"), await agent.search("x")];
      }`,
    });
    assert.deepEqual(outputOf(outcome), ["x", {
      data: [{ path: "b.txt" }],
      error: null,
      answers: [200, 400],
    }]);
  },
);
