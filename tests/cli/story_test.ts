import assert from "@std/assert";
import * as path from "node:path";
import * as z from "zod";
import { person, testStack } from "../stack.ts";
import { desk } from "./cli.ts";

Deno.test("cloister tells the whole story of an agent from its folder", async () => {
  await using ann = await desk(await person("ann"));
  const cwd = path.join(ann.folder, "hello");
  const cli = async (...words: string[]) => {
    const result = await ann.cli(words, { cwd });
    assert.equal(result.code, 0, `${words.join(" ")}: ${result.stderr}`);
    return result.stdout;
  };
  assert.equal((await ann.cli(["init", "hello"])).code, 0);
  assert.match(await cli("push"), /^hello: version 1, published/);
  assert.match(await cli("push"), /nothing changed since version 1/);
  assert.deepEqual(JSON.parse(await cli("run", "-i", "@input.json")), {
    greeting: "Hello, Ada! Hello, Ada!",
  });
  const agent = path.join(cwd, "agent.ts");
  const source = await Deno.readTextFile(agent);
  await Deno.writeTextFile(agent, source.replace("Hello,", "Howdy,"));
  assert.match(await cli("push", "--draft"), /^hello: version 2, not published/);
  assert.match(await cli("run", "-i", '{"name":"Bo"}'), /Hello, Bo!/);
  assert.match(await cli("run", "-i", '{"name":"Bo"}', "--use", "2"), /Howdy, Bo!/);
  assert.match(await cli("diff"), /^-.*Hello,.*\n\+.*Howdy,/m);
  assert.match(await cli("publish", "2"), /version 2 is the published one/);
  assert.match(await cli("rollback"), /version 1 again, instead of 2/);
  assert.match(await cli("versions"), /^2 +was published[\s\S]+^1 +current/m);
  assert.match(await cli("logs"), /started: version 2[\s\S]+info greeting[\s\S]+succeeded/);
  assert.match(await cli("logs", "-f"), /succeeded/);
  assert.equal((await cli("runs")).trim().split("\n").length, 4);
  assert.match(await cli("files", "put", "input.json", "a/in.json"), /^a\/in\.json: \d+ bytes/);
  assert.match(await cli("files", "list"), /^a\/in\.json /m);
  assert.match(await cli("files", "get", "a/in.json"), /"Ada"/);
  assert.match(await cli("files", "remove", "a/in.json"), /is removed/);
  assert.match(await cli("limits"), /^requests: execute/m);
  assert.match(await cli("agents", "list"), /^hello +active +1 /m);
  assert.match(await cli("agents", "archive"), /hello is archived/);
  assert.equal((await ann.cli(["run", "hello"])).code, 2, "it is archived");
  assert.match(await cli("agents", "restore"), /hello is active/);
  assert.equal((await ann.cli(["agents", "remove", "hello"])).code, 2, "nobody was asked");
  assert.match(await cli("agents", "remove", "hello", "--yes"), /hello is deleted/);
});

Deno.test("cloister push makes the schedules that the folder names, and changes what changed", async () => {
  await using ann = await desk(await person("ann"));
  const manifest = (cron: string) =>
    ann.write(
      "cloister.json",
      JSON.stringify({ name: "timed", schedules: [{ name: "am", cron }] }),
    );
  await ann.write("agent.ts", "export default () => null;");
  await manifest("0 8 * * *");
  assert.match((await ann.cli(["push"])).stdout, /schedules: am/);
  assert.doesNotMatch((await ann.cli(["push"])).stdout, /schedules/);
  await manifest("0 9 * * *");
  assert.match((await ann.cli(["push"])).stdout, /nothing changed.*schedules: am/);
});

Deno.test("cloister push says at which line a source is refused, and what a version wants more", async () => {
  await using ann = await desk(await person("ann"));
  await ann.write("cloister.json", '{"name": "wanting"}');
  await ann.write("agent.ts", "\nexport default (");
  const refused = await ann.cli(["push"]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /\(invalid_source\)\n.*2:\d+/);
  await ann.write("agent.ts", "export default () => 1;");
  assert.equal((await ann.cli(["push"])).code, 0);
  await ann.write("cloister.json", '{"name": "wanting", "policy": {"files": {}}}');
  const wanting = await ann.cli(["push"]);
  assert.match(wanting.stdout, /version 2, wants more than before: cloister approve wanting 2/);
  assert.equal((await ann.cli(["publish", "2"])).code, 2);
  assert.equal((await ann.cli(["approve", "2"])).code, 2, "nobody was asked");
  const asked = await ann.cli(["approve", "2"], { terminal: true, answers: { Approve: "yes" } });
  assert.equal(asked.code, 0);
  assert.match(asked.stderr, /"files"/);
  assert.equal((await ann.cli(["publish", "2"])).code, 0);
});

Deno.test("cloister keys prints a new key alone, and the key signs in as a program", async () => {
  const { url } = testStack();
  await using ann = await desk(await person("ann"));
  const made = await ann.cli(["keys", "create", "ci", "--scope", "agents:read,agents:write"]);
  assert.match(made.stdout, /^ck_test_\w{16}_\w+\n$/);
  const key = made.stdout.trim();
  await using ci = await desk();
  assert.equal((await ci.cli(["login", url, "--key-stdin"], { stdin: key })).code, 0);
  const who = JSON.parse((await ci.cli(["whoami", "--json"])).stdout);
  assert.equal(who.by, "api key");
  assert.equal(key.startsWith(who.as), true);
  assert.equal(who.as.length, 24);
  assert.equal((await ci.cli(["keys", "list"])).code, 3);
  const [listed] = z.array(z.object({ id: z.string() })).parse(
    JSON.parse((await ann.cli(["keys", "list", "--json"])).stdout),
  );
  assert.equal((await ann.cli(["keys", "revoke", listed?.id ?? ""])).code, 0);
  assert.equal((await ci.cli(["whoami"])).code, 3);
});

Deno.test("cloister secrets takes the value from stdin, and shows it nowhere", async () => {
  await using ann = await desk(await person("ann"));
  const value = crypto.randomUUID();
  const words = ["secrets", "set", "API_TOKEN"];
  assert.equal((await ann.cli(words, { stdin: value })).code, 2, "no host");
  const made = await ann.cli([...words, "--host", "api.example.com"], { stdin: `${value}\n` });
  const changed = await ann.cli([...words, "--json"], { stdin: `${value}2` });
  const listed = await ann.cli(["secrets", "list"]);
  assert.match(made.stdout, /version 1, for api\.example\.com/);
  assert.equal(JSON.parse(changed.stdout).version, 2);
  assert.match(listed.stdout, /^API_TOKEN +all +api\.example\.com +2/m);
  for (const { stdout, stderr } of [made, changed, listed]) {
    assert.equal(`${stdout}${stderr}`.includes(value), false);
  }
  assert.equal((await ann.cli(["secrets", "remove", "API_TOKEN"])).code, 0);
});
