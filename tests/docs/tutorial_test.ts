import assert from "@std/assert";
import * as z from "zod";
import { testStack } from "../stack.ts";

const DOCS = new URL("../../docs/", import.meta.url);
/** In this order: each goes on where the one before ended. */
const PAGES = ["tutorial.md", "guides/call-an-agent.md"];
const MARK = "--- the next command ---";

/** A block of commands, and the answer that stands below it. */
interface Step {
  commands: string;
  /** What the page shows below: JSON that the last answer must hold, or lines of it. */
  shown: { kind: string; text: string } | undefined;
}

/** The blocks that a reader pastes: what begins a stack or is to be filled in is done already. */
function stepsOf(page: string): Step[] {
  const blocks = [...page.matchAll(/^```(sh|json|text)\n([\s\S]*?)^```$/gm)]
    .map(([, kind = "", text = ""]) => ({ kind, text }));
  return blocks.flatMap(({ kind, text }, index) => {
    if (kind !== "sh" || text.includes("task start") || text.includes("…")) return [];
    const next = blocks[index + 1];
    return [{ commands: text, shown: next?.kind === "sh" ? undefined : next }];
  });
}

/** What the steps print, each by itself, as a shell that stops at the first failure. */
async function run(steps: readonly Step[], cwd: string): Promise<string[]> {
  const { url, publishableKey } = testStack();
  const script = steps.map(({ commands }) => `${commands}\necho; echo '${MARK}'`).join("\n");
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-euo", "pipefail", "-c", script],
    cwd,
    env: { URL: url, KEY: publishableKey },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split(`${MARK}\n`);
}

/** The last of the JSON texts that commands printed one after the other. */
function lastAnswer(printed: string): unknown {
  const begins = [...printed.matchAll(/(?:^|\})(\{)/gm)]
    .map(({ index, 0: found }) => index + found.length - 1).reverse();
  for (const begin of begins) {
    try {
      return JSON.parse(printed.slice(begin));
    } catch {
      // It began earlier.
    }
  }
  throw new assert.AssertionError({ message: `no JSON was printed: ${printed}` });
}

/** Of a value, what the page shows of it. */
function shownOf(value: unknown, shown: unknown): unknown {
  const record = z.record(z.string(), z.unknown());
  const [all, some] = [record.safeParse(value).data, record.safeParse(shown).data];
  if (all === undefined || some === undefined) return value;
  return Object.fromEntries(
    Object.entries(some).map(([name, each]) => [name, shownOf(all[name], each)]),
  );
}

function check({ commands, shown }: Step, printed: string): void {
  if (shown?.kind === "json") {
    const wanted = JSON.parse(shown.text);
    assert.deepEqual(shownOf(lastAnswer(printed), wanted), wanted, commands);
  }
  if (shown?.kind === "text") {
    const lines = printed.split("\n");
    for (const line of shown.text.trim().split("\n")) assert.ok(lines.includes(line), printed);
  }
}

function commandExists(name: string): boolean {
  try {
    new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

const MISSING = ["bash", "curl"].filter((name) => !commandExists(name));

Deno.test({
  name: "the commands of the tutorial and of the guide after it answer what the pages say",
  ignore: MISSING.length > 0,
  fn: async () => {
    const pages = PAGES.map((page) => Deno.readTextFileSync(new URL(page, DOCS)));
    const steps = pages.flatMap(stepsOf);
    assert.ok(steps.length >= 12, `only ${steps.length} steps`);
    const cwd = await Deno.makeTempDir();
    const printed = await run(steps, cwd).finally(() => Deno.remove(cwd, { recursive: true }));
    for (const [index, step] of steps.entries()) check(step, printed[index] ?? "");
  },
});

if (MISSING.length > 0) {
  console.warn(`skipped: the tutorial needs ${MISSING.join(" and ")}, which this machine lacks`);
}
