import assert from "@std/assert";
import * as z from "zod";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { createKeeping } from "../../../../supabase/functions/_shared/workspace/keeping.ts";
import type { Workspace } from "../../../../supabase/functions/_shared/workspace/workspace.ts";
import { defineTool, type Tool } from "../../../../supabase/functions/tools/calls/tool.ts";
import { createOpenWorkspace } from "../../../../supabase/functions/tools/files/store.ts";
import { onEveryEngine, outputOf } from "../rig.ts";

const open = createOpenWorkspace(createKeeping(), () => {});
const MEBI = 1024 * 1024;

/** A tool that does something with the workspace of the run that calls it. */
function using(work: (workspace: Workspace) => Promise<unknown>): () => readonly Tool[] {
  return () => [
    defineTool({
      name: "work",
      grant: "files",
      args: z.null(),
      plan: () => ({ target: "", check() {} }),
      async perform(_, { run, service, signal }) {
        const bounds = { maxBytes: 16 * MEBI, maxFiles: 100 };
        const opening = { run: run.id, service, signal, access: "write", ...bounds } as const;
        return { value: await work(open(opening)) };
      },
    }),
  ];
}

const CALL = {
  policy: { files: {} },
  source: `export default (_, agent) => agent.call("work", null);`,
};

const encode = (text: string) => new TextEncoder().encode(text);

onEveryEngine(
  "a workspace reads many files at once, more than one answer holds",
  using(async (workspace) => {
    const write = new Map(["a", "b", "c"].map((name) => [name, new Uint8Array(5 * MEBI).fill(65)]));
    await workspace.change({ write, remove: [] });
    const found = await workspace.readMany(["c", "a", "b", "a", "missing"]);
    return [...found].map(([path, bytes]) => [path, bytes.length]).sort();
  }),
  async (rig) => {
    const found = outputOf(await rig.run(CALL));
    assert.deepEqual(found, [["a", 5 * MEBI], ["b", 5 * MEBI], ["c", 5 * MEBI]]);
  },
);

onEveryEngine(
  "several changes of a workspace are one: all are made, or none",
  using(async (workspace) => {
    await workspace.write("a", encode("a"));
    await workspace.write("b", encode("b"));
    await workspace.change({ write: new Map([["a/b", encode("1")]]), remove: ["a", "gone"] });
    const code = await workspace.change({
      write: new Map([["new", encode("1")], ["b/c", encode("1")]]),
      remove: ["a/b"],
    }).catch((err) => err instanceof ToolRefusal ? err.code : "another");
    const { files } = await workspace.list("");
    return [code, files.map(({ path }) => path)];
  }),
  async (rig) => {
    assert.deepEqual(outputOf(await rig.run(CALL)), ["conflict", ["a/b", "b"]]);
  },
);
