/** Lines that get past allow-lists elsewhere: `docs/policy.md` says why each is refused. */
import assert from "@std/assert";
import { createShellTool } from "../../../../supabase/functions/tools/shell/tool.ts";
import { onEveryEngine, outputOf } from "../rig.ts";
import { memory } from "./rig.ts";

/** What a policy may grant that means to let an agent read: none of these lines is that. */
const GRANTED = ["cat", "grep", "find", "sort", "head", "echo", "sed", "awk", "printf", "tail"];

const REFUSED: readonly string[] = [
  // another command behind an allowed one, however it is put there
  "cat a.txt; rm a.txt",
  "cat a.txt && rm a.txt",
  "cat a.txt || rm a.txt",
  "cat a.txt | sh",
  "cat a.txt | bash -s",
  "cat a.txt\nrm a.txt",
  "cat a.txt\r\nrm a.txt",
  "cat a.txt & rm a.txt",
  "cat a.txt &",
  "cat $(rm a.txt)",
  "cat `rm a.txt`",
  'cat "$(rm a.txt)"',
  "cat <(rm a.txt)",
  "cat > >(sh)",
  "cat <<X\n$(rm a.txt)\nX",
  "cat <<< $(rm a.txt)",
  "(rm a.txt)",
  "{ rm a.txt; }",
  "if rm a.txt; then echo; fi",
  "for x in $(rm a.txt); do echo; done",
  "case x in x) rm a.txt;; esac",
  "while rm a.txt; do echo; done",
  "echo ${x:-$(rm a.txt)}",
  "echo ${x:=`rm a.txt`}",
  "echo ${x/a/$(rm a.txt)}",
  "echo $(( $(rm a.txt) ))",
  "echo $(( `rm a.txt` ))",
  "echo $((a[$(rm a.txt)]))",
  "(( x = $(rm a.txt) ))",
  "[[ $(rm a.txt) ]]",
  "[[ -v a[$(rm a.txt)] ]]",
  "x=$(rm a.txt)",
  "x=(a $(rm a.txt))",
  "a[$(rm a.txt)]=1",
  "echo ${a[$(rm a.txt)]}",
  "echo ${#a[`rm a.txt`]}",
  "(( a[$(rm a.txt)] = 1 ))",
  "echo {a,$(rm a.txt)}",
  "cat a.txt > $(rm a.txt)",
  "! rm a.txt",
  "time rm a.txt",
  // a command whose name is not written out
  "x=rm; $x a.txt",
  "$(echo rm) a.txt",
  "`echo rm` a.txt",
  '"$x" a.txt',
  "${x:-rm} a.txt",
  "r{m,m} a.txt",
  "r? a.txt",
  "~/rm a.txt",
  // a name that is written otherwise is the same name
  "r\\m a.txt",
  "'rm' a.txt",
  'r"m" a.txt',
  "$'rm' a.txt",
  "/bin/rm a.txt",
  "./a.txt",
  "../bin/sh",
  "RM a.txt",
  "catalog a.txt",
  "ca a.txt",
  // what executes others
  "eval 'rm a.txt'",
  "exec rm a.txt",
  "command rm a.txt",
  "builtin eval 'rm a.txt'",
  "source a.txt",
  ". a.txt",
  "sh -c 'rm a.txt'",
  "bash -c 'rm a.txt'",
  "env rm a.txt",
  "env -i cat a.txt",
  "timeout 1 rm a.txt",
  "nohup rm a.txt",
  "xargs rm",
  "echo a.txt | xargs rm",
  "find . -exec rm {} ;",
  "find . -exec rm {} +",
  "find . -execdir rm {} ;",
  "find . -ok rm {} ;",
  "find . -delete",
  "find . -fprintf a.txt x",
  "trap 'rm a.txt' EXIT",
  "alias cat=rm; cat a.txt",
  "shopt -s expand_aliases",
  "cat() { rm a.txt; }; cat",
  "function cat { rm a.txt; }",
  "hash -p /bin/rm cat",
  "enable -n cat",
  "mapfile -C 'rm a.txt' x",
  "compgen -C 'rm a.txt'",
  "bind -x 'rm'",
  "declare x='$(rm a.txt)'",
  "let 'a[$(rm a.txt)]=1'",
  "echo ${x@P}",
  "echo ${!x}",
  // how commands are found
  "PATH=. cat a.txt",
  "export PATH=.",
  "read PATH < a.txt",
  "printf -v PATH .",
  "unset PATH",
  "BASH_ENV=a.txt cat a.txt",
  "PROMPT_COMMAND=rm cat a.txt",
  "for PATH in .; do cat a.txt; done",
  // flags that do more than the command's name says
  "sort --compress-program=sh a.txt",
  "sort -o a.txt a.txt",
  "sort --files0-from=a.txt",
  "sort -T /tmp a.txt",
  "grep --devices=read x",
  "grep -f a.txt a.txt",
  "grep --rec x .",
  "grep -rz x .",
  "head --line=1 a.txt",
  "tail -f a.txt",
  "tail --follow=name a.txt",
  "sed -f a.txt a.txt",
  "awk -f a.txt",
  "awk --exec a.txt",
  "awk -E a.txt",
  "cat --show-all a.txt",
  // nothing else that reaches out
  "curl https://example.com",
  "wget https://example.com",
  "python3 -c 'print(1)'",
  "node -e 1",
  "js-exec 1",
  "sqlite3 a.txt",
  "tar -xf a.txt",
  "history",
  "help",
  "chmod 777 a.txt",
  "ln -s /etc/passwd a.txt",
];

/** Refused too, by the parser: no line at all. */
const NO_LINE = [
  "cat 'a.txt",
  "cat a.txt )",
  "if cat a.txt",
  "cat $(rm a.txt",
  "${",
  "(((",
  "coproc rm a.txt",
];

const files = new Map([["a.txt", "one\n"]]);
const TOOLS = [createShellTool({ open: memory(files) })];
const POLICY = { shell: { commands: GRANTED }, files: {} };
/** A run has 200 calls. */
const HALF = Math.ceil(REFUSED.length / 2);

const SOURCE = `export default async (lines, agent) => {
  const answers = [];
  for (const line of lines) {
    const code = await agent.shell(line).then(() => "executed", (error) => error.code);
    answers.push([line, code]);
  }
  return answers;
}`;

for (
  const [name, lines] of [["", REFUSED.slice(0, HALF)], [" too", REFUSED.slice(HALF)]] as const
) {
  onEveryEngine(
    `no line of the shell gets past the list of commands and flags${name}`,
    TOOLS,
    async (rig) => {
      const outcome = await rig.run({ policy: POLICY, source: SOURCE, input: lines });
      assert.deepEqual(outputOf(outcome), lines.map((line) => [line, "command_denied"]));
      assert.ok(
        outcome.calls.every(({ verdict, reason, outcome }) =>
          [reason, outcome].includes("command_denied") && verdict !== "waiting"
        ),
      );
      assert.deepEqual([...files], [["a.txt", "one\n"]]);
    },
  );
}

onEveryEngine(
  "what is no line of the shell is told, and nothing is executed",
  TOOLS,
  async (rig) => {
    const outcome = await rig.run({ policy: POLICY, source: SOURCE, input: NO_LINE });
    assert.deepEqual(outputOf(outcome), NO_LINE.map((line) => [line, "invalid_arguments"]));
    assert.deepEqual([...files], [["a.txt", "one\n"]]);
  },
);

onEveryEngine(
  "a word that a variable holds is held against the flags when it is known",
  TOOLS,
  async (rig) => {
    const lines = [
      "x='-f a.txt'; grep $x a.txt",
      'x=--compress-program=sh; sort "$x" a.txt',
      "x=-exec; find . $x rm {} +",
      "echo b > a.txt; x=-f; tail $x a.txt",
      "for x in -n -z; do sed $x p a.txt; done",
      "tail $(printf %s -f) a.txt",
      "grep -{r,z} x .",
    ];
    const outcome = await rig.run({ policy: POLICY, source: SOURCE, input: lines });
    assert.deepEqual(outputOf(outcome), lines.map((line) => [line, "command_denied"]));
    assert.deepEqual([...files], [["a.txt", "one\n"]]);
  },
);

onEveryEngine("no command of the shell executes another by itself", TOOLS, async (rig) => {
  const outcome = await rig.run({
    policy: POLICY,
    source: `export default async (lines, agent) => {
      const answers = [];
      for (const line of lines) {
        try {
          answers.push((await agent.shell(line)).stdout.includes("pwned"));
        } catch (error) {
          answers.push(error.code);
        }
      }
      return answers;
    }`,
    input: [
      `awk 'BEGIN { system("echo pwn" "ed") }'`,
      `awk 'BEGIN { "echo pwn""ed" | getline x; print x }'`,
      `awk 'BEGIN { print "echo pwn" "ed" | "sh" }'`,
      "sed '1e echo pwned' a.txt",
      "echo 'echo pwned' | sed 's/x/y/e'",
      "x='a[$(echo pwned >&2)]'; echo $((x))",
      "x='a[$(rm a.txt)]'; test -v $x",
      "read 'a[$(rm a.txt)]'",
      "printf -v 'a[$(rm a.txt)]' x",
      "unset 'a[$(rm a.txt)]'",
    ],
  });
  assert.deepEqual(new Set([outputOf(outcome)].flat()), new Set([false]));
  assert.deepEqual([...files], [["a.txt", "one\n"]]);
});

onEveryEngine("who is not granted the shell costs nothing: no line is read", TOOLS, async (rig) => {
  const outcome = await rig.run({ policy: {}, source: SOURCE, input: ["cat a.txt", "cat 'a.txt"] });
  assert.deepEqual(outputOf(outcome), [["cat a.txt", "not_granted"], [
    "cat 'a.txt",
    "not_granted",
  ]]);
});
