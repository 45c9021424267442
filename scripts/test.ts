/**
 * Runs every test against one local stack: on this Deno, the functions' own tests on the Deno of
 * hosted functions too, and the database's pgTAP files. File names as arguments narrow it down.
 */
import postgres from "postgres";
import { startStack } from "../dev/stack.ts";
import { Policy } from "../supabase/functions/_shared/policy/schema.ts";
import { ADDRESS_HEADER } from "../tests/stack.ts";
import { ROOT } from "./graph.ts";
import { groupTests, listTests } from "./test_groups.ts";
import { HOSTED_DENO, HOSTED_ENV, hostedDeno } from "./hosted.ts";

const CONFIG = `${ROOT}/deno.json`;

interface Suite {
  name: string;
  command: string;
  args: string[];
}

interface Count {
  passed: number;
  failed: number;
  ignored: number;
}

/** The gate checks the types, once. */
const TEST = ["test", "-A", "--no-check", "--unstable-no-legacy-abort"];
const SANDBOX = "tests/functions/_shared/sandbox";
const ENGINES = "tests/functions/execute/engines_test.ts";
/** Starts stacks of its own, each with its environment. */
const RESTORE = "tests/scripts/backup/stack_test.ts";
/** What watches or sets something of its whole process: memory, CPU, environment, children. */
const WATCHING = ["tests/attacks", SANDBOX, ENGINES, RESTORE];
const FUNCTIONS = "tests/functions";
const REST = [
  "tests/database",
  "tests/story",
  "tests/scripts",
  "tests/sdk",
  "tests/cli",
  "tests/docs",
];

/**
 * What the functions' own code is tried by in this process: that is what another Deno may do
 * otherwise. What asks the stack, or the database, from outside is the same on any.
 */
const HOSTED = [
  "tests/functions/_shared",
  "tests/functions/agents",
  "tests/functions/execute",
  "tests/functions/retention",
  "tests/functions/trace_test.ts",
  "tests/functions/admin/evidence_test.ts",
  "tests/functions/admin/routes_test.ts",
  "tests/functions/admin/secrets_test.ts",
  "tests/functions/mcp/protocol_test.ts",
  "tests/functions/mcp/runs_test.ts",
  "tests/functions/tools/calls_test.ts",
  "tests/functions/tools/llm_test.ts",
  "tests/functions/tools/fetch/fetch_test.ts",
  "tests/functions/tools/files/tools_test.ts",
  "tests/functions/tools/shell/shell_test.ts",
];
/** Stores from outside, in numbers that take their time. */
const LOAD = ["burst", "load_postgres", "load_redis", "outage", "stores"]
  .map((name) => `tests/functions/_shared/limit/${name}_test.ts`);

/**
 * The suites, the longest first. One takes both cores and runs alone; the others run two at a time,
 * so that no answer is late for want of a core. Those that watch their process have one to
 * themselves, and their files one by one.
 */
async function listSuites(
  held: AsyncDisposableStack,
): Promise<{ alone: Suite; beside: readonly Suite[] }> {
  const deno = Deno.execPath();
  const on = `on Deno ${Deno.version.deno}`;
  const here = held.use(await groupTests(FUNCTIONS, { ignored: WATCHING }));
  // In one module, so that all of the console's tests share one browser.
  const consoles = held.use(await groupTests("tests", { only: ["tests/console"] }));
  const rest = await Promise.all(REST.map((root) => listTests(root, WATCHING)));
  const [sandboxThere, functionsThere] = await suitesOnHosted(held);
  return {
    alone: {
      name: `functions, database, SDK, CLI, docs, story ${on}`,
      command: deno,
      args: [...TEST, "--config", CONFIG, "--parallel", ...here.paths, ...rest.flat()],
    },
    beside: [
      { name: `attacks ${on}`, command: deno, args: [...TEST, "tests/attacks"] },
      { name: `sandbox ${on}`, command: deno, args: [...TEST, SANDBOX, ENGINES] },
      ...functionsThere ? [functionsThere] : [],
      { name: `runner ${on}`, command: deno, args: [...TEST, "tests/runner"] },
      { name: `local stack ${on}`, command: deno, args: [...TEST, "tests/dev", RESTORE] },
      {
        name: `console ${on}`,
        command: deno,
        args: [...TEST, "--config", CONFIG, ...consoles.paths],
      },
      ...sandboxThere ? [sandboxThere] : [],
      { name: `crashes ${on}`, command: deno, args: [...TEST, "tests/crash"] },
      { name: "pgTAP", command: deno, args: ["run", "-A", "scripts/database/pgtap.ts"] },
    ],
  };
}

/** What the Deno of hosted functions is tried with, where npm has it. */
async function suitesOnHosted(held: AsyncDisposableStack): Promise<Suite[]> {
  const command = await hostedDeno();
  if (command === undefined) {
    console.log(`skipped: npm has no Deno ${HOSTED_DENO} for this machine`);
    return [];
  }
  const on = `on Deno ${HOSTED_DENO}`;
  const args = ["test", "-A", "--no-lock"];
  const functions = held.use(
    await groupTests(FUNCTIONS, { only: HOSTED, ignored: [...LOAD, SANDBOX, ENGINES] }),
  );
  return [
    { name: `sandbox ${on}`, command, args: [...args, "--no-check", SANDBOX] },
    {
      name: `functions ${on}`,
      command,
      args: [...args, "--config", CONFIG, ...functions.paths, ENGINES],
    },
  ];
}

/** Runs suites, two at a time. */
async function inPairs<T>(
  suites: readonly Suite[],
  run: (suite: Suite) => Promise<T>,
): Promise<T[]> {
  const queue = suites.values();
  const work = async () => {
    const done: T[] = [];
    for (const suite of queue) done.push(await run(suite));
    return done;
  };
  return (await Promise.all([work(), work()])).flat();
}

/** How Deno and pgTAP name what failed: a test and its place, or a line that is not ok. */
const FAILURE = /^(?:.{1,300} => \.\/\S+:\d+:\d+|not ok .*|.+ \(uncaught error\).*)$/;

/** What the functions log of ordinary requests, with the frame that Deno puts around it. */
const ORDINARY =
  /^(?:\{"at":"[^"]+","level":"(?:debug|info)".*|-{7} (?:post-test )?output -{7}|-{5} (?:post-test )?output end -{5})$/;

/** Runs a suite, shows what it prints, and counts what it says of itself. */
async function runSuite(
  { name, command, args }: Suite,
  env: Record<string, string>,
  failures: Set<string>,
) {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const child = new Deno.Command(command, {
    args,
    env,
    cwd: ROOT,
    stdout: "piped",
  }).spawn();
  const count: Count = { passed: 0, failed: 0, ignored: 0 };
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (ORDINARY.test(line)) continue;
      console.log(line);
      add(count, line);
      if (FAILURE.test(line)) failures.add(`${name}: ${line}`);
    }
  }
  if (rest !== "") console.log(rest);
  add(count, rest);
  const { success } = await child.status;
  if (!success && count.failed === 0) count.failed = 1;
  console.log(`── ${name}: ${Math.round(performance.now() - started)} ms`);
  return count;
}

/** Raises the operator's ceiling to tools that cost money or write to people: closed by default. */
async function openTools(adminUrl: string): Promise<void> {
  const opened = Policy.parse({
    llm: {
      models: ["openai/gpt-test", "anthropic/claude-test"],
      max_tokens: 1_000_000,
      max_microusd_per_day: 100_000_000,
    },
    email: { domains: ["**"], max_messages_per_day: 1_000 },
  });
  const sql = postgres(adminUrl, { max: 1 });
  try {
    const { approval_seconds: _, ...grants } = opened;
    await sql`update app.settings set tool_ceiling = tool_ceiling || ${sql.json(grants)}`;
  } finally {
    await sql.end();
  }
}

function add(count: Count, line: string): void {
  const summary = /(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?/.exec(line);
  if (summary === null) return;
  count.passed += Number(summary[1]);
  count.failed += Number(summary[2]);
  count.ignored += Number(/(\d+) ignored/.exec(line)?.[1] ?? 0);
}

if (import.meta.main) {
  const total: Count = { passed: 0, failed: 0, ignored: 0 };
  const failures = new Set<string>();
  // The stack's functions run in this process, and what they say of ordinary requests is long.
  console.info = () => {};
  {
    await using stack = await startStack({
      temporary: true,
      port: 0,
      // Nothing happens that no test asked for.
      clock: false,
      // A header of their own gives every test its own address, so that none blocks another's.
      env: {
        CLOISTER_ENGINE: "quickjs",
        CLOISTER_CLIENT_ADDRESS_HEADER: ADDRESS_HEADER,
        // What is slow for want of a core is not out.
        CLOISTER_LIMITER_TIMEOUT_MS: "5000",
      },
      log: () => {},
    });
    const {
      url,
      publishableKey,
      secretKey,
      databaseUrl,
      adminUrl,
      redis,
      signingKey,
    } = stack;
    const shared = {
      url,
      publishableKey,
      secretKey,
      databaseUrl,
      adminUrl,
      redis,
      signingKey,
    };
    const env = {
      NO_COLOR: "1",
      ...HOSTED_ENV,
      CLOISTER_TEST_DENO: Deno.execPath(),
      ...stack.env,
      CLOISTER_TEST_STACK: JSON.stringify({ ...shared, env: stack.env }),
    };
    await openTools(adminUrl);
    await using groups = new AsyncDisposableStack();
    const run = (suite: Suite) => runSuite(suite, env, failures);
    const counts: Count[] = [];
    if (Deno.args.length > 0) {
      const args = [...TEST, ...Deno.args];
      counts.push(await run({ name: "selected", command: Deno.execPath(), args }));
    } else {
      const { alone, beside } = await listSuites(groups);
      counts.push(await run(alone), ...await inPairs(beside, run));
    }
    for (const { passed, failed, ignored } of counts) {
      total.passed += passed;
      total.failed += failed;
      total.ignored += ignored;
    }
  }
  if (total.ignored > 0) {
    console.log(`\n${total.ignored} skipped: see the lines marked ignored`);
  }
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  Deno.exit(total.failed === 0 ? 0 : 1);
}
