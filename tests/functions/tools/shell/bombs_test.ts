import assert from "@std/assert";
import { codeOf, play } from "./rig.ts";

/** Lines that never end by themselves, or take all that there is. */
const BOMBS: readonly string[] = [
  "while true; do :; done",
  "until false; do :; done",
  "for ((;;)); do echo x; done",
  "for x in {1..100000}; do for y in {1..1000}; do :; done; done",
  "echo {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
  "echo {1..1000000000}",
  "echo {0001..9999}{0001..9999}",
  "seq 1 1000000000 | tail -1",
  "seq 0 0.0000001 1",
  "printf %1000000000d 1",
  "printf '%0999999d' 1 | wc -c",
  "printf 'a%.0s' {1..99999} | wc -c",
  "x=a; while :; do x=$x$x; done",
  "x=a; for i in {1..40}; do x=$x$x; done",
  "awk 'BEGIN { while (1) {} }'",
  "awk 'BEGIN { for (;;) x = x x \"aaaa\" }'",
  "awk 'BEGIN { for (;;) a[i++] = i }'",
  "awk 'function f(x) { return f(x) } BEGIN { f(1) }'",
  "awk 'BEGIN { printf \"%1000000000d\", 1 }'",
  "echo a | sed ':a;b a'",
  "echo a | sed ':a;s/a/aa/g;b a'",
  "jq -n '[range(1e9)] | length'",
  "jq -n 'def f: f; f'",
  "jq -n 'def f: 1, f; [f]'",
  "jq -n '\"a\" * 1e9'",
  "jq -n '[limit(1e9; repeat(1))]'",
  "printf 'a%.0s' {1..5000} | grep -E '(a+)+$b'",
  "printf 'a%.0s' {1..5000} | grep -E '(a|aa)+(a|aa)+(a?){500}$b'",
  "printf 'a%.0s' {1..5000} | sed -E 's/(a*)*b/x/'",
  "printf 'a%.0s' {1..5000} | awk '/(a*)*(a*)*b/'",
  "x=$(printf 'a%.0s' {1..9999}); echo ${x//a*a*a*a*b/}",
  "x=$(printf 'a%.0s' {1..9999}); [[ $x == *a*a*a*a*a*b ]]",
  "x=$(printf 'a%.0s' {1..9999}); [[ $x =~ (a*)*b ]]",
  "case $(printf 'a%.0s' {1..9999}) in *a*a*a*a*a*b) ;; esac",
  "expr $(printf 'a%.0s' {1..5000}) : '\\(a*\\)*b'",
  "seq 1 20000 > a; seq 20000 -1 1 > b; diff a b",
  "yes=y; while echo $yes; do :; done | head -1",
  "for i in {1..20}; do cat big big big > big2; cat big2 > big; done",
  "cat big big big big big big big big | sort | uniq -c | sort -rn",
  "while :; do echo x >> /tmp/x; done",
  "i=0; while :; do echo $i > f$((i++)); done",
  "mkdir -p $(printf 'a/%.0s' {1..5000})",
  "echo $((9**9**9**9))",
  "set -e; while ! false; do let x=1; done",
  "fold -w 1 big | tail -1",
  "tr -s a b < big | rev | tac | nl | column -t",
  "find / / / / -regex '\\(.*\\)*x'",
  "echo " + "$(".repeat(40) + ":" + ")".repeat(40),
  "echo " + "((".repeat(400),
  "echo ${x:-".repeat(60) + "}".repeat(60),
];
const BIG = { big: "a text with some words in it\n".repeat(8_000) };
/** What never ends takes longer than any slack, and the machine of a test is shared. */
const SLACK_MS = 15_000;
const BOMB_MS = 300;

for (const line of BOMBS) {
  const name = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  Deno.test(`every line ends in time: ${JSON.stringify(name)}`, async () => {
    const started = performance.now();
    const code = await play(line, { files: BIG, maxMs: BOMB_MS }).then(() => "ended", codeOf);
    const took = performance.now() - started;
    assert.ok(
      ["ended", "timed_out", "quota_exceeded", "result_too_large", "invalid_arguments"]
        .includes(code),
      code,
    );
    assert.ok(took < BOMB_MS + SLACK_MS, `${Math.round(took)} ms`);
  });
}
