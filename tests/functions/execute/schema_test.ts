import assert from "@std/assert";
import { RunSummary } from "../../../supabase/functions/agents/runs/schema.ts";
import { hasEnded, isTerminal, Run } from "../../../supabase/functions/execute/runs/schema.ts";

Deno.test("both functions know the same statuses of a run", () => {
  assert.deepEqual(RunSummary.shape.status.options, Run.shape.status.options);
});

Deno.test("a run's last event is the one that says how it ended", () => {
  const ended = Run.shape.status.options.filter(hasEnded);
  assert.equal(ended.length, Run.shape.status.options.length - 2);
  assert.ok(ended.every((status) => isTerminal(`run.${status}`)));
  assert.ok(!["run.started", "run.running", "log", "succeeded"].some(isTerminal));
});
