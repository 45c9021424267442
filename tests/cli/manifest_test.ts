import assert from "@std/assert";
import type { Application } from "@stricli/core";
import { Ajv2020 } from "ajv/2020";
import * as path from "node:path";
import { createApp } from "../../cli/app.ts";
import { EXIT } from "../../cli/exit.ts";
import { parseManifest } from "../../cli/manifest.ts";
import { manifestSchema } from "../../cli/manifest_schema.ts";
import { VERSION } from "../../cli/version.ts";
import { TEMPLATES } from "../../sdk/authoring/templates.ts";
import { ROOT } from "../../scripts/graph.ts";
import { VERSION as RELEASE } from "../../supabase/functions/_shared/version.ts";
import type { Cli } from "../../cli/cli.ts";
import { desk } from "./cli.ts";

Deno.test("cloister init begins with each template, and overwrites nothing", async () => {
  await using at = await desk();
  const validate = new Ajv2020({ strict: false, formats: { uri: true } }).compile(manifestSchema());
  for (const { name } of TEMPLATES) {
    const { code, stderr } = await at.cli(["init", name, "--template", name]);
    assert.equal(code, 0, stderr);
    const manifest = await Deno.readTextFile(path.join(at.folder, name, "cloister.json"));
    assert.equal(parseManifest(manifest).name, name);
    assert.ok(validate(JSON.parse(manifest)), JSON.stringify(validate.errors));
  }
  await Deno.writeTextFile(path.join(at.folder, "hello", "agent.ts"), "mine");
  assert.equal((await at.cli(["init", "hello"])).code, 2);
  assert.equal(await Deno.readTextFile(path.join(at.folder, "hello", "agent.ts")), "mine");
  assert.equal((await at.cli(["init", "x", "--template", "none"])).code, 2);
});

Deno.test("cloister.json is refused by the program and by its JSON Schema for the same mistakes", () => {
  const validate = new Ajv2020({ strict: false }).compile(manifestSchema());
  const wrong = [
    {},
    { name: "Not A Name" },
    { name: "a", polcy: {} },
    { name: "a", policy: [] },
    { name: "a", input_schema: "object" },
    { name: "a", source: "/etc/passwd" },
    { name: "a", source: "agent.py" },
    { name: "a", schedules: [{ name: "am" }] },
    { name: "a", schedules: [{ name: "am", cron: "* * * * *", timezone: "UTC" }] },
  ];
  for (const manifest of wrong) {
    assert.throws(() => parseManifest(JSON.stringify(manifest)), { name: "UsageError" });
    assert.equal(validate(manifest), false, JSON.stringify(manifest));
  }
  assert.throws(() => parseManifest('{"name": "a", "polcy": {}}'), /cloister\.json: .*polcy/);
  assert.throws(() => parseManifest("{"), /cloister\.json: /);
});

Deno.test("cloister push reads no source outside of its folder", async () => {
  await using at = await desk();
  await at.write("cloister.json", '{"name": "a", "source": "x/../../secret.ts"}');
  const { code, stderr } = await at.cli(["push"]);
  assert.equal(code, 2);
  assert.match(stderr, /must lie in the folder/);
});

type Target = Application<Cli>["root"];

function commandsOf(target: Target, name: string = "cloister"): string[] {
  if (!("getAllEntries" in target)) return [name];
  return target.getAllEntries().flatMap((entry) =>
    commandsOf(entry.target, `${name} ${entry.name["convert-camel-to-kebab"]}`)
  );
}

Deno.test("docs/cli.md has every command and every exit code, and the CLI the release's version", async () => {
  const page = await Deno.readTextFile(path.join(ROOT, "docs", "cli.md"));
  for (const command of commandsOf(createApp(String).root)) {
    assert.ok(page.includes(`\`${command}`), `${command} is missing`);
  }
  for (const code of Object.values(EXIT)) assert.match(page, new RegExp(`^\\| +${code} +\\|`, "m"));
  assert.equal(VERSION, RELEASE);
});

Deno.test("every command of cloister takes --json", async () => {
  await using at = await desk();
  for (const command of commandsOf(createApp(String).root)) {
    const { stdout } = await at.cli(["__complete", ...command.split(" ").slice(1), "--js"]);
    assert.match(stdout, /^--json\t/m, command);
  }
  const script = JSON.parse((await at.cli(["completion", "fish", "--json"])).stdout);
  assert.equal(script.shell, "fish");
});

Deno.test("shells complete commands, flags, choices and words of cloister", async () => {
  await using at = await desk();
  const proposals = async (...typed: string[]) =>
    (await at.cli(["__complete", ...typed])).stdout.split("\n").map((line) => line.split("\t")[0]);
  assert.deepEqual(await proposals("ver"), ["versions", "verify", ""]);
  assert.deepEqual(await proposals("keys", "ro"), ["rotate", ""]);
  assert.deepEqual(await proposals("run", "--str"), ["--stream", ""]);
  assert.deepEqual(await proposals("runs", "--status", "succ"), ["succeeded", ""]);
  assert.deepEqual(await proposals("completion", "z"), ["zsh", ""]);
  assert.deepEqual(await proposals("run", "hel"), [""], "nobody is signed in");
});
