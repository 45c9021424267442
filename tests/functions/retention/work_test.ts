import assert from "@std/assert";
import { createEgress } from "../../../supabase/functions/_shared/egress/create.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import { tasksOf } from "../../../supabase/functions/retention/work/tasks.ts";
import { doWork, type Task } from "../../../supabase/functions/retention/work/work.ts";

const SECRET = "sb_secret_that_nobody_may_read";

/** A log, and what it was told. */
function logbook() {
  const lines: string[] = [];
  return { lines, log: (...line: unknown[]) => void lines.push(JSON.stringify(line)) };
}

Deno.test("a broken task keeps no other from its work, and why it broke stays in the log", async () => {
  const { lines, log } = logbook();
  const tasks: Task[] = [
    { name: "throws", run: () => Promise.reject(new Error(`refused ${SECRET}`)) },
    { name: "off", run: undefined },
    { name: "works", run: () => Promise.resolve({ removed: 3 }) },
  ];
  const outcomes = await doWork(tasks, { log });
  assert.deepEqual(outcomes, [
    { task: "throws", state: "failed", counts: {} },
    { task: "off", state: "off", counts: {} },
    { task: "works", state: "done", counts: { removed: 3 } },
  ]);
  assert.equal(lines.length, 1);
  assert.match(lines.join(), /"task_failed".*"throws"/);
});

Deno.test("a task that throws at once is told as failed, too", async () => {
  const { log } = logbook();
  const run = () => {
    throw new Error(SECRET);
  };
  const [outcome] = await doWork([{ name: "throws", run }], { log });
  assert.deepEqual(outcome, { task: "throws", state: "failed", counts: {} });
});

Deno.test("a task that hangs is told as late, and the others are answered", async () => {
  const { log } = logbook();
  const hanging = Promise.withResolvers<Record<string, number>>();
  const outcomes = await doWork([
    { name: "hangs", run: () => hanging.promise },
    { name: "works", run: () => Promise.resolve({}) },
  ], { log, waitMs: 20 });
  assert.deepEqual(outcomes.map(({ state }) => state), ["late", "done"]);
  hanging.resolve({});
});

Deno.test("what a deployment does not have is off, and nothing is asked for it", async () => {
  const { log } = logbook();
  const asked: string[] = [];
  const tasks = tasksOf({
    log,
    service: (name) => {
      asked.push(name);
      return Promise.resolve({ data: [], error: null });
    },
    alertWebhook: undefined,
    objects: undefined,
    egress: createEgress(),
    vault: createVault({ keys: [], keeper: "cloister" }),
    signer: undefined,
    issuer: "https://project.test/auth/v1",
  });
  const outcomes = await doWork(tasks, { log });
  const off = outcomes.filter(({ state }) => state === "off").map(({ task }) => task);
  assert.deepEqual(off, ["alerts", "checkpoints", "garbage"]);
  assert.deepEqual(asked, ["claim_webhook_deliveries"]);
});
