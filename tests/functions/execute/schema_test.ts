import assert from "@std/assert";
import { RunSummary } from "../../../supabase/functions/agents/runs/schema.ts";
import {
  hasEnded,
  isTerminal,
  Run,
  RunError,
  RunLimits,
  RunRow,
} from "../../../supabase/functions/execute/runs/schema.ts";

Deno.test("both functions know the same statuses of a run", () => {
  assert.deepEqual(RunSummary.shape.status.options, Run.shape.status.options);
});

Deno.test("a run's last event is the one that says how it ended", () => {
  const ended = Run.shape.status.options.filter(hasEnded);
  assert.equal(ended.length, Run.shape.status.options.length - 2);
  assert.ok(ended.every((status) => isTerminal(`run.${status}`)));
  assert.ok(!["run.started", "run.running", "log", "succeeded"].some(isTerminal));
});

Deno.test("a run's error is of a known kind, and a row of another release is told as internal", () => {
  const error = { kind: "exploded", name: "Error", message: "m" };
  assert.equal(RunError.safeParse(error).success, false);
  const limits = Object.fromEntries(Object.keys(RunLimits.shape).map((name) => [name, 1]));
  const row = {
    id: "0192f0c1-a2b3-7c4d-8e5f-6a7b8c9d0e1f",
    agent_name: "a",
    version: 1,
    status: "lost",
    input: null,
    output: null,
    error,
    engine: "quickjs",
    layers: [],
    limits,
    usage: null,
    attempt: 1,
    trigger: "request",
    request_id: "r",
    created_at: "2026-01-01T00:00:00Z",
    started_at: null,
    ended_at: null,
  };
  assert.equal(RunRow.parse(row).error?.kind, "internal");
});
