import assert from "@std/assert";
import * as z from "zod";
import { ATTACKS, HONEST } from "../../_shared/workspace/traversal.ts";
import { onEveryEngine, outputOf } from "../rig.ts";
import { ATTEMPT, filesTools } from "./rig.ts";

const PROGRAM = `${ATTEMPT}
export default (paths, { call }) => Promise.all(paths.map(async (path) => [
  await attempt(() => call("files.read", { path })),
  await attempt(() => call("files.write", { path, text: "x" })),
]));`;

/** As many paths as one run may call tools about. */
const PORTION = 80;

onEveryEngine(
  "no path leads out of the workspace, whatever the attack",
  filesTools,
  async (rig) => {
    const name = await rig.agent({ policy: { files: {} }, source: PROGRAM });
    const paths = Object.values(ATTACKS).flat().filter((path) => path.isWellFormed());
    for (let at = 0; at < paths.length; at += PORTION) {
      const some = paths.slice(at, at + PORTION);
      const outcome = await rig.execute(name, { input: some });
      const answers = z.array(z.unknown()).parse(outputOf(outcome));
      for (const [index, answer] of answers.entries()) {
        const refused = "ToolError path_invalid";
        assert.deepEqual(answer, [refused, refused], JSON.stringify(some[index]));
      }
      assert.ok(outcome.calls.every(({ reason }) => reason === "path_invalid"));
    }
    const { data } = await rig.owner.supabase.from("files").select("path");
    assert.deepEqual(data, []);
  },
);

onEveryEngine("an honest name is kept as it is", filesTools, async (rig) => {
  const outcome = await rig.run({
    policy: { files: {} },
    input: HONEST,
    source: `export default async (paths, { call }) => {
      const kept = [];
      for (const path of paths) {
        await call("files.write", { path, text: path });
        const { text } = await call("files.read", { path });
        if (text === path) kept.push(path);
        await call("files.delete", { path });
      }
      return kept;
    };`,
  });
  assert.deepEqual(outputOf(outcome), HONEST);
});
