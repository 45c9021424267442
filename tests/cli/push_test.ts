import assert from "@std/assert";
import { person } from "../stack.ts";
import { desk } from "./cli.ts";

Deno.test("cloister push says that a first version waits for a yes, and not that it is published", async () => {
  await using ann = await desk(await person("ann"));
  const scopes = "agents:read,agents:write,agents:execute";
  const { stdout: key } = await ann.cli(["keys", "create", "ci", "--scope", scopes]);
  await ann.write("cloister.json", '{"name": "reaching", "policy": {"files": {}}}');
  await ann.write("agent.ts", "export default () => 1;");
  const env = { CLOISTER_API_KEY: key.trim() };
  const words = /version 1, waits for a yes: cloister approve reaching 1/;
  const first = await ann.cli(["push"], { env });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, words);
  assert.doesNotMatch(first.stdout, /published/);
  const again = JSON.parse((await ann.cli(["push", "--json"], { env })).stdout);
  assert.deepEqual([again.outcome, again.published, again.approval], [
    "unchanged",
    false,
    "needed",
  ]);
  const approved = await ann.cli(["approve", "1", "--yes"]);
  assert.match(approved.stdout, /version 1 is approved, and the published one/);
  assert.match((await ann.cli(["run"], { env })).stdout, /^1$/m);
});

Deno.test("cloister push --draft says which version runs: an agent's first one always does", async () => {
  await using ann = await desk(await person("ann"));
  await ann.write("cloister.json", '{"name": "drafted"}');
  await ann.write("agent.ts", "export default () => 1;");
  assert.match(
    (await ann.cli(["push", "--draft"])).stdout,
    /version 1, published, as an agent's first version is/,
  );
  assert.match(
    (await ann.cli(["push", "--draft"])).stdout,
    /nothing changed since version 1, published/,
  );
  await ann.write("agent.ts", "export default () => 2;");
  assert.match((await ann.cli(["push", "--draft"])).stdout, /version 2, not published/);
  assert.match(
    (await ann.cli(["push", "--draft"])).stdout,
    /nothing changed since version 2, not published/,
  );
  assert.match((await ann.cli(["push"])).stdout, /nothing changed since version 2, published/);
});
