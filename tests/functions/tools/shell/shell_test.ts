import assert from "@std/assert";
import postgres from "postgres";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { keepingOf } from "../../../../supabase/functions/_shared/workspace/keeping.ts";
import { createOpenWorkspace } from "../../../../supabase/functions/tools/files/store.ts";
import { createFilesTools } from "../../../../supabase/functions/tools/files/tools.ts";
import { testStack } from "../../../stack.ts";
import { createShellTool } from "../../../../supabase/functions/tools/shell/tool.ts";
import { COMMANDS } from "../../../../supabase/functions/tools/shell/commands.ts";
import { parseLine } from "../../../../supabase/functions/tools/shell/shell.ts";
import { onEveryEngine, outputOf } from "../rig.ts";
import { codeOf, memory, play } from "./rig.ts";

const FILES = {
  "a.txt": "todo one\nother\nTODO two\n",
  "dir/b.csv": "x,1\ny,2\n",
  "dir/c.json": '{"a": [1, {"b": "ü"}]}',
  "u.txt": "grüße 😀\n",
};

/** Lines with what they print, on {@link FILES}. */
const LINES: readonly (readonly [line: string, stdout: string])[] = [
  ["grep -ri todo . | head", "a.txt:todo one\na.txt:TODO two\n"],
  ["cat u.txt", "grüße 😀\n"],
  ["wc -c < u.txt", "13\n"],
  ["find . -name '*.csv' -type f", "./dir/b.csv\n"],
  ["ls dir", "b.csv\nc.json\n"],
  ["cd dir && pwd", "/workspace/dir\n"],
  ["awk -F, '{ s += $2 } END { print s }' dir/b.csv", "3\n"],
  ["jq -r '.a[1].b' dir/c.json", "ü\n"],
  ["cut -d, -f1 dir/b.csv | sort -r | tr a-z A-Z", "Y\nX\n"],
  ["sed -n '/[tT][oO]/p' a.txt | wc -l", "2\n"],
  ['for f in dir/*; do basename "$f"; done', "b.csv\nc.json\n"],
  ["x=3; while [ $x -gt 0 ]; do echo $((x--)); done | paste -sd+ -", "3+2+1\n"],
  ["seq 3 | tac | head -n 1", "3\n"],
  [
    "echo -n abc | sha256sum",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n",
  ],
  ["printf '%s-%03d\\n' a 7", "a-007\n"],
  ["echo grüße | base64 | base64 -d", "grüße\n"],
  ["test -f a.txt && [ ! -e none ] && echo yes", "yes\n"],
  ["diff a.txt a.txt; echo $?", "0\n"],
  ["cat <<X\n$(echo in) here\nX", "in here\n"],
];

for (const [line, stdout] of LINES) {
  Deno.test(`the shell executes ${JSON.stringify(line)}`, async () => {
    const done = await play(line, { files: FILES });
    assert.deepEqual([done.stdout, done.stderr], [stdout, ""]);
    assert.deepEqual([done.write, done.remove], [[], []]);
  });
}

Deno.test("a line's changes are told at its end, and none where there are none", async () => {
  const { write, remove } = await play(
    "echo deep > new/er/file; sed -i s/todo/done/ a.txt; mv dir/b.csv c.csv; rm dir/c.json; echo x >> new.txt; " +
      "echo 1 > /tmp/t; cat /tmp/t >> new.txt; touch u.txt; mkdir -p e/f",
    { files: FILES },
  );
  assert.deepEqual(write, [
    ["a.txt", "done one\nother\nTODO two\n"],
    ["c.csv", "x,1\ny,2\n"],
    ["new.txt", "x\n1\n"],
    ["new/er/file", "deep\n"],
  ]);
  assert.deepEqual(remove, ["dir/b.csv", "dir/c.json"]);
});

Deno.test("a line sees its input, its exit code and its errors", async () => {
  const done = await play("cat; cat none; exit 3", { stdin: "in ü\n" });
  assert.equal(done.stdout, "in ü\n");
  assert.match(done.stderr, /none/);
  assert.equal(done.exitCode, 3);
});

Deno.test("every command of the list is there, and none beside them", async () => {
  const names = Object.keys(COMMANDS);
  for (const name of names) {
    const { stderr } = await play(`${name} </dev/null`);
    assert.doesNotMatch(stderr, /command not found|cannot read property/, name);
  }
  for (const name of ["xargs", "sh", "env", "curl", "sqlite3", "python3", "sleep"]) {
    assert.equal((await play(name)).exitCode, 127, name);
  }
});

Deno.test("nothing of a line is left for the next", async () => {
  await play("x=1; export y=2; cd /tmp; echo z > /tmp/z; set -f");
  const { stdout } = await play('echo "[$x$y]" $PWD $(ls /tmp) $-');
  assert.match(stdout, /^\[\] \/workspace [^f]*\n$/);
});

Deno.test("names that mean something to JavaScript are names like others", async () => {
  const line = "echo 1 > __proto__; cat __proto__ constructor; constructor=2; " +
    'echo "$constructor${toString}${__proto__}"; __proto__; valueOf';
  const { stdout, stderr, write } = await play(line, { files: { constructor: "4\n" } });
  assert.equal(stdout, "1\n4\n2\n");
  assert.deepEqual(write, [["__proto__", "1\n"]]);
  assert.match(stderr, /__proto__: command not found[^]*valueOf: command not found/);
});

Deno.test("a line reaches no file but those of the workspace", async () => {
  for (const target of ["../../etc/passwd", "/dev/sda", "/bin/x", "/workspace/../x"]) {
    const done = await play(`echo x > y; echo x > ${target}; echo on`);
    assert.equal(done.exitCode, 1);
    assert.match(done.stderr, /read-only/);
    assert.deepEqual(done.write, [["y", "x\n"]]);
  }
  const line = "cat /etc/passwd ../../etc/passwd /proc/self/environ ~/../x; ls / ..; " +
    "cp a.txt ../b.txt; mv a.txt /; mkdir /x; rm -rf /tmp/../dev / ..; ln a b";
  const { stdout, write, remove } = await play(line, { files: { "a.txt": "a" } });
  assert.equal(stdout, "/:\ndev\ntmp\nworkspace\n\n..:\ndev\ntmp\nworkspace\n");
  assert.deepEqual([write, remove], [[], []]);
});

Deno.test("the operator's ceiling grants the commands that there are", async () => {
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    const [row] = await sql`
      select tool_ceiling -> 'shell' -> 'commands' as commands from app.settings`;
    assert.deepEqual(row?.commands.toSorted(), Object.keys(COMMANDS).sort());
  } finally {
    await sql.end();
  }
});

Deno.test("a line has the commands that it was granted alone", async () => {
  const { stderr } = await play("ls", { commands: ["cat"], files: FILES });
  assert.match(stderr, /ls: command not found/);
});

Deno.test("lines of one user take no other user's turn, not while they are read either", async () => {
  const signal = AbortSignal.timeout(60_000);
  const read = (tenant: string) =>
    parseLine({ line: "echo hi", tenant }, signal).then(() => "read", codeOf);
  const [hog, other] = [crypto.randomUUID(), crypto.randomUUID()];
  await read(other);
  const hogged = Promise.all(Array.from({ length: 20 }, () => read(hog)));
  assert.equal(await read(other), "read");
  assert.ok((await hogged).includes("unavailable"));
});

Deno.test("what a line prints beyond the bound is cut, and said to be", async () => {
  const long = { "a.txt": "0123456789".repeat(20_000) };
  const { stdout, truncated } = await play("cat a.txt", { files: long });
  assert.equal(truncated, true);
  assert.ok(stdout.length < 64 * 1024);
});

const GRANT = { shell: { commands: ["cat", "grep", "rm", "echo", "tee"] } };
const CALL = `export default async (line, agent) => {
  try { return await agent.shell(line); } catch ({ code }) { return code; }
}`;

{
  const files = new Map<string, string>();
  const tools = [createShellTool({ open: memory(files) })];

  onEveryEngine("a program's shell reads and changes the agent's files", tools, async (rig) => {
    files.clear();
    files.set("a.txt", "one\ntwo\n");
    const policy = { ...GRANT, files: {} };
    const outcome = await rig.run({
      policy,
      source: CALL,
      input: "grep o a.txt | tee b.txt; rm a.txt",
    });
    assert.deepEqual(outputOf(outcome), {
      stdout: "one\ntwo\n",
      stderr: "",
      exit_code: 0,
      truncated: false,
    });
    assert.deepEqual([...files], [["b.txt", "one\ntwo\n"]]);
    const told = outcome.calls.map(({ tool, target, verdict, outcome, bytes_in, bytes_out }) => ({
      ...{ tool, target, verdict, outcome, bytes_in, bytes_out },
    }));
    assert.deepEqual(told, [{
      tool: "shell",
      target: "grep tee rm",
      verdict: "allowed",
      outcome: "ok",
      bytes_in: 8,
      bytes_out: 8,
    }]);
  });

  onEveryEngine(
    "without files in its policy a line has none, and changes none",
    tools,
    async (rig) => {
      files.clear();
      files.set("a.txt", "one\n");
      const read = await rig.run({ policy: GRANT, source: CALL, input: "cat a.txt" });
      assert.match(JSON.stringify(outputOf(read)), /No such file/);
      const write = await rig.run({ policy: GRANT, source: CALL, input: "echo x > a.txt" });
      assert.equal(outputOf(write), "not_granted");
      assert.deepEqual([...files], [["a.txt", "one\n"]]);
    },
  );

  onEveryEngine("a line changes nothing where only reading is granted", tools, async (rig) => {
    files.clear();
    files.set("a.txt", "one\n");
    const policy = { ...GRANT, files: { access: "read" as const } };
    const outcome = await rig.run({ policy, source: CALL, input: "echo x > b.txt; cat a.txt" });
    assert.equal(outputOf(outcome), "not_granted");
    assert.deepEqual([...files], [["a.txt", "one\n"]]);
  });

  onEveryEngine("a line that was stopped has changed nothing", tools, async (rig) => {
    files.clear();
    const policy = { shell: { commands: ["echo"], max_ms: 300 }, files: {} };
    const input = "echo x > a.txt; while :; do :; done";
    const outcome = await rig.run({ policy, source: CALL, input });
    assert.equal(outputOf(outcome), "timed_out");
    assert.deepEqual([...files], []);
  });
}

onEveryEngine(
  "a line and agent.files see the same files, and the files' rules hold for a line",
  () => {
    const open = createOpenWorkspace(keepingOf(readEnv(testStack().env)), () => {});
    return [createShellTool({ open }), ...createFilesTools(open)];
  },
  async (rig) => {
    const outcome = await rig.run({
      policy: { ...GRANT, files: { max_files: 3 } },
      source: `export default async (_, agent) => {
        const code = (error) => error.code;
        await agent.files.write("a.txt", "one\\ntwo ü\\n");
        await agent.files.write("scratch/b.txt", "three\\n");
        const seen = await agent.shell("cat a.txt scratch/b.txt | grep -v one | tee c.txt");
        return [
          seen.stdout,
          await agent.files.read("c.txt"),
          await agent.shell("rm c.txt").then(({ exit_code }) => exit_code),
          await agent.files.read("c.txt").catch(code),
          await agent.shell("echo 1 > d; echo 1 > e; echo 1 > f; echo 1 > g").catch(code),
          await agent.shell("echo 1 > x.png").catch(code),
          await agent.shell("echo 1 > 'a\\tb'").catch(code),
          await agent.shell("rm a.txt; echo 1 > con.txt").catch(code),
          await agent.files.list().then(({ files }) => files.map(({ path }) => path)),
        ];
      }`,
    });
    const output = outputOf(outcome);
    assert.ok(Array.isArray(output));
    assert.deepEqual(output, [
      "two ü\nthree\n",
      "two ü\nthree\n",
      0,
      "not_found",
      "quota_exceeded",
      "type_denied",
      "path_invalid",
      "path_invalid",
      ["a.txt", "scratch/b.txt"],
    ]);
  },
);
