/** Nothing becomes a command that was none when the line was read, whatever files and values say. */
import assert from "@std/assert";
import { createShellTool } from "../../../../supabase/functions/tools/shell/tool.ts";
import { onEveryEngine } from "../rig.ts";
import { memory, play } from "./rig.ts";

const FILES = {
  "count.txt": "a[$(rm -rf keep.txt)]\n",
  "tick.txt": "a[`rm -rf keep.txt`]\n",
  "copy.txt": "a[$(tee stolen.txt < keep.txt)]\n",
  "refused.txt": 'a[$(f() { rm keep.txt; }; f; eval "rm keep.txt"; rm keep.txt &)]\n',
  "set.txt": "seen=1\n",
  "five.txt": " 5\n",
  "hex.txt": "0x10\n",
  "keep.txt": "precious\n",
};

/** Lines that evaluate what `n` holds; every one goes on afterwards. */
const EVALUATING: readonly string[] = [
  "if ((n > 3)); then echo big; fi",
  "echo $((n+1))",
  "echo $(($n+1))",
  "echo $(( x = n ))",
  "[[ $n -gt 3 ]] && echo big",
  '[ "$n" -gt 3 ] && echo big',
  "x=abc; echo ${x:n:1}",
  "x=abc; echo ${x:0:$n}",
  "x=(1 2); echo ${x[n]} ${x[$n]}",
  "x[n]=1",
  "x[$n]=1",
  "for ((i = n; i < 1; i++)); do echo; done",
  "m=n; echo $((m))",
  "test -v $n",
  "[[ -v $n ]]",
  'unset "$n"',
  'read "$n" <<< 1',
  'printf -v "$n" 1',
  'export "$n=1"',
];

Deno.test("a value becomes no command where a line evaluates it", async () => {
  const all = EVALUATING.join("\n");
  const lines = EVALUATING.map((line) => ["count.txt", line] as const);
  for (
    const [from, line] of [...lines, ["tick.txt", all], ["copy.txt", all], ["refused.txt", all]]
  ) {
    const whole = `n=$(cat ${from}); ${line}\necho on`;
    const { stdout, write, remove } = await play(whole, { files: FILES });
    assert.deepEqual([write, remove], [[], []], whole);
    assert.match(stdout, /on\n$/, whole);
    assert.doesNotMatch(stdout, /big/, whole);
  }
});

Deno.test("a value sets no variable where a line evaluates it", async () => {
  const { stdout } = await play("n=$(cat set.txt); ((n)); echo $((n)); echo [$seen]", {
    files: FILES,
  });
  assert.match(stdout, /\[\]\n$/);
});

Deno.test("what executes texts finds no parser, even where it is called", async () => {
  const lines = [
    "eval 'rm keep.txt'",
    "builtin eval 'rm keep.txt'",
    "source command.txt",
    ". command.txt",
    "let 'a[$(rm keep.txt)]=1'",
    "declare 'a[$(rm keep.txt)]=1'",
    "declare -a 'a=($(rm keep.txt))'",
    "declare -A a; a=(); unset 'a[$(rm keep.txt)]'",
    "declare -i a; a='b[$(rm keep.txt)]'",
    "mapfile -c 1 -C 'rm keep.txt' x < five.txt",
    "set -x; PS4='$(rm keep.txt)'; echo",
    "x='$(rm keep.txt)'; echo ${x@P}",
    "x='a[$(rm keep.txt)]'; echo ${!x}",
    "compgen -C 'rm keep.txt'",
    "echo $(( $(rm keep.txt) ))",
    "alias q='rm keep.txt'; shopt -s expand_aliases\nq",
    "trap 'rm keep.txt' EXIT",
    "complete -F rm keep.txt; complete -C 'rm keep.txt' x",
  ];
  for (const line of lines) {
    const files = { ...FILES, "command.txt": "rm keep.txt\n" };
    const { remove } = await play(line, { files });
    assert.deepEqual(remove, [], line);
  }
});

Deno.test("numbers and names are evaluated as ever", async () => {
  const lines = [
    ["n=$(cat five.txt); m=$(cat hex.txt); echo $((n*2+m)) $(($n+1)) $((-n))", "26 6 -5\n"],
    ["n=m; m=4; echo $((n+1)) $((none+1))", "5 1\n"],
    ["n=$(cat five.txt); [[ $n -eq 5 ]] && ((n++)); echo $n", "6\n"],
    ["n=1; x=abcdef; echo ${x:n+1:2} ${x:$n} ${x: -2}", "cd bcdef ef\n"],
    ["x=(1 2 3); i=1; x[i]=7; x[$i]=8; x+=(4); echo ${x[*]} ${x[$i]} $((x[1]+1))", "1 8 3 4 8 9\n"],
    ["echo $((2#101 + 010)) $(( $# + $? ))", "13 0\n"],
    ["test -v none || echo no; x=1; test -v x && echo yes; unset x; echo [$x]", "no\nyes\n[]\n"],
  ] as const;
  for (const [line, stdout] of lines) {
    const done = await play(line, { files: FILES });
    assert.deepEqual([done.stdout, done.stderr], [stdout, ""], line);
  }
});

const files = new Map<string, string>();

onEveryEngine(
  "what an agent's file says is never executed by a line, though rm is granted",
  [createShellTool({ open: memory(files) })],
  async (rig) => {
    files.clear();
    for (const [path, text] of Object.entries(FILES)) files.set(path, text);
    const lines = ["count.txt", "copy.txt", "refused.txt"].map((from) =>
      `n=$(cat ${from}); if ((n > 3)); then echo big; fi; echo $((n+1)) $(($n)); [[ -v $n ]]`
    );
    const outcome = await rig.run({
      policy: { shell: { commands: ["cat", "echo", "rm", "tee"] }, files: {} },
      source: `export default async (lines, agent) => {
        for (const line of lines) await agent.shell(line);
        return await agent.shell("rm count.txt; ls");
      }`,
      input: lines,
    });
    assert.equal(outcome.run.error?.message.includes("ls"), true);
    assert.deepEqual(Object.fromEntries(files), FILES);
  },
);
