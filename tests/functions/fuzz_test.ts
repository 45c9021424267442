import assert from "@std/assert";
import fc from "fast-check";
import admin from "../../supabase/functions/admin/index.ts";
import agents from "../../supabase/functions/agents/index.ts";
import execute from "../../supabase/functions/execute/index.ts";
import mcp from "../../supabase/functions/mcp/index.ts";
import retention from "../../supabase/functions/retention/index.ts";
import tools from "../../supabase/functions/tools/index.ts";
import openapi from "../../supabase/functions/agents/openapi.json" with { type: "json" };
import { becomeQuiet } from "./execute/rig.ts";
import { ApiDocument } from "./fuzz/document.ts";
import { type Outcome, play } from "./fuzz/play.ts";
import { plans } from "./fuzz/plan.ts";
import { type Ask, createWorld, removeWorld } from "./fuzz/world.ts";

/** All that the document has is reached with 10,000. */
const REQUESTS = Number(Deno.env.get("CLOISTER_FUZZ_REQUESTS") ?? 3_000);
/** Other seeds make other requests: `CLOISTER_FUZZ_SEED=7 deno task test tests/functions/fuzz_test.ts`. */
const SEED = Number(Deno.env.get("CLOISTER_FUZZ_SEED") ?? 1);
const AT_ONCE = 24;
/** What these need is not there: a model, a call that waits for a person, a run's pass, the clock. */
const UNREACHABLE = [
  "post_agents_drafts",
  "post_execute_runs_id_calls_call",
  "post_tools_calls",
  "post_retention_work",
];

const APPS = { admin, agents, execute, mcp, retention, tools };
/** What MCP answers is the protocol's to say: it has a fuzz test of its own. */
const { "/mcp": _, ...paths } = openapi.paths;

const ask: Ask = async (path, init) => {
  const name = path.split(/[/?]/)[1];
  const app = Object.entries(APPS).find(([known]) => known === name)?.[1];
  assert.ok(app, path);
  return await app.request(path, init);
};

/** Sends all requests, so many at once. */
async function playAll(send: (number: number) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < REQUESTS) outcomes.push(await send(next++));
  }));
  return outcomes;
}

function countBy(outcomes: readonly Outcome[], of: (outcome: Outcome) => string | number): string {
  const groups = [...Map.groupBy(outcomes, of)].map(([key, all]) => [key, all.length] as const);
  return groups.sort(([a], [b]) => a < b ? -1 : 1).map(([key, n]) => `${key}: ${n}`).join(", ");
}

/** What went wrong: of each kind one, with the lines that we logged about our own failures. */
function reportOf(wrong: readonly Outcome[], errors: readonly string[]): string {
  const kinds = Map.groupBy(
    wrong,
    ({ operation, violation }) => `${operation}: ${violation ?? 500}`,
  );
  const ours = errors.filter((line) => line.includes('"status":500'));
  return [
    `${wrong.length} of seed ${SEED}`,
    ...[...kinds].map(([kind, all]) => `${all.length} × ${kind}: ${all[0]?.request}`).slice(0, 30),
    ...ours.slice(0, 10),
  ].join("\n\n");
}

/** Runs work without its log lines; those of our own failures are kept for whoever reads why. */
async function withoutLog<T>(work: (errors: string[]) => Promise<T>): Promise<T> {
  const { info, warn, error } = console;
  const errors: string[] = [];
  console.info = console.warn = () => {};
  console.error = (line: unknown) => void errors.push(String(line).slice(0, 2_000));
  try {
    return await work(errors);
  } finally {
    Object.assign(console, { info, warn, error });
  }
}

Deno.test(`${REQUESTS} requests of every kind of caller get no 500 and no undocumented answer`, async () => {
  const document = new ApiDocument({ ...openapi, paths });
  const requests = fc.sample(plans(document), { numRuns: REQUESTS, seed: SEED });
  const { outcomes, errors } = await withoutLog(async (errors) => {
    const world = await createWorld(ask);
    const send = (number: number) => {
      const plan = requests[number] ?? assert.fail("there are fewer plans than requests");
      return play(plan, { document, world, ask });
    };
    try {
      return { outcomes: await playAll(send), errors };
    } finally {
      await becomeQuiet();
      await removeWorld();
    }
  });
  console.log(`by status: ${countBy(outcomes, ({ status }) => status)}`);
  console.log(`by caller: ${countBy(outcomes, ({ actor }) => actor)}`);
  assert.equal(outcomes.length, REQUESTS);
  const wrong = outcomes.filter(({ status, violation }) =>
    status === 500 || violation !== undefined
  );
  assert.equal(wrong.length, 0, reportOf(wrong, errors));
  // Otherwise it would have been the same refusal all along.
  const reached = new Set(
    outcomes.filter(({ status }) => status < 300).map(({ operation }) => operation),
  );
  const unreached = document.operations.map(({ id }) => id)
    .filter((id) => !reached.has(id) && !UNREACHABLE.includes(id));
  if (REQUESTS >= 10_000) assert.deepEqual(unreached, []);
});
