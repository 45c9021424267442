import assert from "@std/assert";
import { DEFAULT_LIMITS } from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { Calls } from "../../../../supabase/functions/_shared/sandbox/host/calls.ts";

Deno.test("Calls start no tool once the run is over, even one that was asked for before", async () => {
  let started = 0;
  const answers: unknown[] = [];
  const tools = { count: () => Promise.resolve(++started) };
  const job = { program: "", input: "null", tools, limits: DEFAULT_LIMITS };
  const calls = new Calls(job, (answer) => answers.push(answer));
  calls.start(1, "count", "null");
  calls.close();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([started, answers], [0, []]);
});
