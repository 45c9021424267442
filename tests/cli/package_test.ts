import assert from "@std/assert";
import type { IPty } from "@lydell/node-pty";
import * as path from "node:path";
import { buildCli, compileCli, compiler } from "../../scripts/cli_package.ts";
import { run } from "../../scripts/graph.ts";
import { type Person, person, testStack } from "../stack.ts";
import { desk } from "./cli.ts";

const PACKAGE_KB = 450;
const WAITING = "export default async (_, agent) => { agent.log('on \\x1b[31m'); " +
  "await new Promise((resolve) => setTimeout(resolve, 20_000)); };";

/** What the test needs of a terminal; undefined where npm has none for this machine. */
async function terminals(): Promise<typeof import("@lydell/node-pty") | undefined> {
  return await import("@lydell/node-pty").catch(() => undefined);
}

async function sample(ann: Person): Promise<void> {
  await ann.call("POST", "/agents", { body: { name: "waiting", source: WAITING } });
  const hello = "export default (input) => `Hello, ${input.name}!`";
  await ann.call("POST", "/agents", { body: { name: "hello", source: hello } });
  const slow = "export default () => new Promise((resolve) => setTimeout(() => resolve(7), 500))";
  await ann.call("POST", "/agents", { body: { name: "slow", source: slow } });
}

/** Everything that a program writes to its terminal, and how it ended; it gets 30 s. */
async function watch(terminal: IPty, react: (text: string) => void): Promise<[string, number]> {
  let text = "";
  terminal.onData((chunk) => react(text += chunk));
  const ended = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode }) => resolve(exitCode))
  );
  const late = setTimeout(() => terminal.kill("SIGKILL"), 30_000);
  const code = await ended;
  clearTimeout(late);
  return [text, code];
}

Deno.test("the packed CLI runs on Node alone, and in a terminal Ctrl-C cancels what it runs", async (t) => {
  const ann = await person("ann");
  await sample(ann);
  await using at = await desk(ann);
  const folder = path.join(at.folder, "package");
  await buildCli(folder);
  const config = path.dirname(path.dirname(at.credentials));
  const env = { PATH: Deno.env.get("PATH") ?? "", XDG_CONFIG_HOME: config, TERM: "xterm" };

  await t.step("npm packs it, small, and npx runs what was packed", async () => {
    assert.ok((await Deno.stat(path.join(folder, "cloister.js"))).size < PACKAGE_KB * 1_000);
    const notices = await Deno.readTextFile(path.join(folder, "THIRD_PARTY.txt"));
    assert.match(notices, /^zod [\d.]+: MIT\n\n.*MIT License/m);
    const npm = ["--silent", "--offline", "--cache", path.join(at.folder, "npm")];
    const packed = await run("npm", ["pack", ...npm, "--pack-destination", at.folder, folder], env);
    const tarball = path.join(at.folder, packed.trim());
    const words = ["run", "hello", "--input", '{"name":"npx"}'];
    const said = await run("npx", ["--yes", ...npm, `--package=${tarball}`, "cloister", ...words], {
      ...env,
      HOME: at.folder,
    });
    assert.equal(said, '"Hello, npx!"\n');
  });

  await t.step({
    name: "a result that cannot be written is no success, and a reader that has enough no failure",
    ignore: !await Deno.stat("/dev/full").then(() => true, () => false),
    fn: async () => {
      const script = path.join(folder, "cloister.js");
      for (const engine of ["node", `${Deno.execPath()} run -A --quiet`]) {
        const shell = async (line: string) => {
          const args = ["-c", `${engine} ${script} ${line}`];
          return await new Deno.Command("sh", { args, cwd: at.folder, env }).output();
        };
        assert.equal((await shell("completion bash > /dev/full")).code, 70, engine);
        assert.equal((await shell("run hello -i 7 --json > /dev/full")).code, 70, engine);
        const enough = await shell("completion zsh | true; true");
        assert.equal(new TextDecoder().decode(enough.stderr), "", engine);
      }
    },
  });

  const pty = await terminals();
  await t.step({
    name: "in a terminal it shows progress and colours, asks without echo, and cancels on Ctrl-C",
    ignore: pty === undefined,
    fn: async () => {
      if (pty === undefined) return;
      const open = (...words: string[]) =>
        pty.spawn("node", [path.join(folder, "cloister.js"), ...words], {
          cols: 100,
          rows: 30,
          cwd: at.folder,
          env,
        });
      const running = open("run", "waiting", "--stream");
      let pressed = false;
      const [shown, code] = await watch(running, (text) => {
        if (pressed || !text.includes("info")) return;
        pressed = true;
        running.write("\x03");
      });
      assert.equal(code, 130, shown);
      assert.match(shown, /on \\x1b\[31m/);
      assert.ok(shown.includes("\x1b[31mcancelled\x1b[39m"), shown);
      const login = open("login", testStack().url, "--email", "nobody@example.test");
      let typed = false;
      const [asked, refused] = await watch(login, (text) => {
        if (typed || !text.includes("Password")) return;
        typed = true;
        login.write("hush-hush\r");
      });
      assert.equal(refused, 3, asked);
      assert.doesNotMatch(asked, /hush/);
      const begin = open("init", "fresh");
      const questions = ["Begin with", "Name of the agent"];
      const [begun, ended] = await watch(begin, (text) => {
        if (!text.includes(questions[0] ?? "\0")) return;
        questions.shift();
        begin.write("\r");
      });
      assert.equal(ended, 0, begun);
      assert.match(await Deno.readTextFile(path.join(at.folder, "fresh", "agent.ts")), /Hello/);
      const [progress] = await watch(open("run", "slow"), () => {});
      assert.match(progress, /[⠋⠙⠹⠸] slow runs/);
      assert.match(progress, /K7\r?\n/);
      assert.ok(progress.includes("\x1b[32msucceeded\x1b[39m"), progress);
    },
  });

  const hasBash = await run("bash", ["--version"]).then(() => true, () => false);
  await t.step({
    name: "bash completes with what it prints",
    ignore: !hasBash,
    fn: async () => {
      const script = `cloister() { node ${path.join(folder, "cloister.js")} "$@"; }
        eval "$(cloister completion bash)"
        COMP_WORDS=(cloister keys ro); COMP_CWORD=2; _cloister; echo "\${COMPREPLY[*]}"`;
      assert.equal(await run("bash", ["-c", script], env), "rotate\n");
    },
  });

  const bun = await compiler();
  await t.step({
    name: "compiled it needs nothing, and takes nothing from a folder's .env",
    ignore: bun === undefined,
    fn: async () => {
      if (bun === undefined) return;
      const binary = await compileCli(folder, bun);
      await at.write(".env", "CLOISTER_URL=https://other.example\nCLOISTER_API_KEY=ck_test_x\n");
      const words = ["run", "hello", "--input", '{"name":"binary"}'];
      const { code, stdout, stderr } = await new Deno.Command(binary, {
        args: words,
        cwd: at.folder,
        clearEnv: true,
        env: { XDG_CONFIG_HOME: config },
      }).output();
      const decoder = new TextDecoder();
      assert.equal(code, 0, decoder.decode(stderr));
      assert.equal(decoder.decode(stdout), '"Hello, binary!"\n');
    },
  });
});
