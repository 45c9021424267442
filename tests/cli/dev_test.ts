import assert from "@std/assert";
import * as z from "zod";
import { person } from "../stack.ts";
import { desk } from "./cli.ts";

const Runs = z.array(z.object({ status: z.string() }));

Deno.test("cloister dev runs each change as a draft, ends the run before it, and lives through mistakes", async () => {
  const ann = await person("ann");
  await using at = await desk(ann);
  await at.write("cloister.json", '{"name": "changing", "source": "agent.js"}');
  await at.write("input.json", '"first"');
  await at.write(
    "agent.js",
    "export default async (input, agent) => { agent.log(input); " +
      "await new Promise((resolve) => setTimeout(resolve, 20_000)); };",
  );
  const dev = at.start(["dev"]);
  await dev.says("info first");
  await at.write("input.json", '"second"');
  await dev.says("info second");
  await at.write("agent.js", "export default (");
  await dev.says("invalid_source");
  await at.write("agent.js", "export default (input) => `third ${input}`;");
  await dev.says('"third second"');
  dev.interrupt();
  const { code, stdout, stderr } = await dev.done;
  assert.equal(code, 0);
  assert.match(stderr, /changing is new: its first version is published/);
  assert.match(stdout, /changing version 2/);
  assert.match((await at.cli(["versions"])).stdout, /^2 +draft[\s\S]+^1 +current/m);
  const runs = Runs.parse(JSON.parse((await at.cli(["runs", "--json"])).stdout));
  const statuses = runs.map(({ status }) => status);
  assert.deepEqual(statuses, ["succeeded", "cancelled", "cancelled"]);
});
