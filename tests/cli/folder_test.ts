import assert from "@std/assert";
import * as path from "node:path";
import { createOutput } from "../../cli/output.ts";
import { person } from "../stack.ts";
import { type Desk, desk } from "./cli.ts";

const PROGRAM = "export default (input) => input;";

/** Nothing is sent; what would have been is kept. */
function watched() {
  const sent: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    sent.push(`${String(input)} ${String(init?.body)}`);
    return Promise.reject(new TypeError("fetch failed"));
  };
  return { sent, fetch };
}

async function refused(at: Desk, words: string[], why: RegExp): Promise<void> {
  const { sent, fetch } = watched();
  const { code, stderr } = await at.cli(words, { fetch });
  assert.equal(code, 2, `${words.join(" ")}: ${stderr}`);
  assert.match(stderr, why);
  assert.deepEqual(sent, []);
}

Deno.test("a folder's links lead cloister to no file outside of it: nothing is read there or sent", async () => {
  await using at = await desk(await person("ann"));
  const inside = (file: string) => path.join(at.folder, file);
  await at.write("cloister.json", '{"name": "bait", "source": "agent.js"}');
  await at.write("agent.js", PROGRAM);
  await Deno.symlink(at.credentials, inside("input.json"));
  const dev = at.start(["dev"], { fetch: watched().fetch });
  await dev.says("leads out of the folder");
  dev.interrupt();
  assert.equal((await dev.done).code, 0);
  await refused(at, ["run", "bait", "-i", "@input.json"], /holds credentials/);
  await refused(at, ["files", "put", "input.json", "-a", "bait"], /holds credentials/);
  await refused(at, ["run", "bait", "-i", `@${at.credentials}`], /holds credentials/);
  await refused(at, ["files", "put", at.credentials, "-a", "bait"], /holds credentials/);
  await Deno.remove(inside("agent.js"));
  await Deno.symlink(at.credentials, inside("agent.js"));
  await refused(at, ["push"], /agent\.js leads out of the folder/);
  await Deno.remove(inside("agent.js"));
  await Deno.symlink(path.dirname(at.credentials), inside("sub"));
  await at.write("cloister.json", '{"name": "bait", "source": "sub/credentials.js"}');
  await Deno.writeTextFile(path.join(path.dirname(at.credentials), "credentials.js"), PROGRAM);
  await refused(at, ["push"], /leads out of the folder/);
  await Deno.remove(inside("cloister.json"));
  await Deno.symlink(at.credentials, inside("cloister.json"));
  await refused(at, ["push"], /cloister\.json leads out of the folder/);
});

Deno.test("without a home cloister takes no credentials from the folder that it is in", async () => {
  await using at = await desk();
  for (const XDG_CONFIG_HOME of ["", ".", "config"]) {
    for (const base of [".config", ".", "config"]) {
      const kept = path.join(at.folder, base, "cloister");
      await Deno.mkdir(kept, { recursive: true });
      const profiles = { "https://evil.example": { api_key: "ck_test_x" } };
      const text = JSON.stringify({ current: "https://evil.example", profiles });
      await Deno.writeTextFile(path.join(kept, "credentials.json"), text, { mode: 0o600 });
    }
    const { sent, fetch } = watched();
    assert.equal((await at.cli(["whoami"], { fetch, env: { XDG_CONFIG_HOME } })).code, 2);
    assert.deepEqual(sent, []);
  }
});

Deno.test("a folder's links lead cloister to overwrite nothing: what it writes takes a link's place", async () => {
  await using at = await desk(await person("ann"));
  const profile = path.join(path.dirname(at.folder), "profile");
  const inside = (...file: string[]) => path.join(at.folder, ...file);
  await Deno.writeTextFile(profile, "mine");
  await at.write("cloister.json", '{"name": "bait", "source": "agent.js"}');
  await at.write("agent.js", PROGRAM);
  await Deno.mkdir(inside(".cloister"));
  for (const file of [".gitignore", "pushed.json", "cloister.schema.json"]) {
    await Deno.symlink(profile, inside(".cloister", file));
  }
  assert.equal((await at.cli(["push"])).code, 0);
  assert.match((await at.cli(["push"])).stdout, /nothing changed/);
  await at.cli(["files", "put", "agent.js"]);
  await Deno.symlink(profile, inside("copy.js"));
  assert.equal((await at.cli(["files", "get", "agent.js", "-o", "copy.js"])).code, 0);
  assert.equal(await Deno.readTextFile(inside("copy.js")), PROGRAM);
  await Deno.remove(inside("cloister.json"));
  await Deno.remove(inside("agent.js"));
  const gone = path.join(path.dirname(at.folder), "gone");
  await Deno.symlink(gone, inside("agent.ts"));
  assert.equal((await at.cli(["init"])).code, 2, "a link to nothing is there, too");
  await Deno.remove(inside("agent.ts"));
  assert.equal((await at.cli(["init"])).code, 0);
  assert.equal(await Deno.readTextFile(profile), "mine");
  await assert.rejects(Deno.stat(gone));
  await Deno.remove(inside(".cloister"), { recursive: true });
  await Deno.symlink(path.dirname(at.folder), inside(".cloister"));
  await refused(at, ["push"], /\.cloister leads out of the folder/);
});

Deno.test("a file's name from a stranger's folder cannot steer a terminal", async () => {
  await using at = await desk(await person("ann"));
  const source = "\x1b]0;owned\x07\x1b[2Jx.js";
  await at.write("cloister.json", JSON.stringify({ name: "bait", source }));
  await at.write(source, "export default () => eval('1');");
  const plain = { terminal: true, env: { NO_COLOR: "1" } };
  const { code, stdout, stderr } = await at.cli(["push"], plain);
  assert.equal(code, 2);
  // deno-lint-ignore no-control-regex -- none of these may be there
  assert.doesNotMatch(stdout + stderr, /[\x07\x1b]/);
});

Deno.test("whatever is said or printed on a terminal, its colours alone are obeyed", () => {
  let written = "";
  const sink = {
    terminal: true,
    columns: 80,
    write: (text: string | Uint8Array) => written += text,
  };
  const out = createOutput({ stdout: sink, stderr: sink, env: {} }, false);
  out.print(`${out.paint.good("fine")} \x1b]0;owned\x07\x1b[2J\u202e`);
  out.say(`${out.hint.bad(source)} \x1b[8mhidden`);
  assert.equal(
    written,
    "\x1b[32mfine\x1b[39m \\x1b]0;owned\\x07\\x1b[2J\\u202e\n" +
      "\x1b[31m\\x1b[2Jx.js\x1b[39m \\x1b[8mhidden\n",
  );
});

const source = "\x1b[2Jx.js";
