import assert from "@std/assert";
import {
  DEFAULT_LIMITS,
  ToolFailure,
} from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { type Answer, Calls } from "../../../../supabase/functions/_shared/sandbox/host/calls.ts";

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

Deno.test("Calls cut a failure's code and message, and tell nothing else of it", async () => {
  const cause = new Error("a secret");
  const fails = () => Promise.reject(new ToolFailure("c".repeat(99), "m".repeat(999), { cause }));
  const job = { program: "", input: "null", tools: { fails }, limits: DEFAULT_LIMITS };
  const answered = Promise.withResolvers<Answer>();
  new Calls(job, answered.resolve).start(1, "fails", "null");
  const { ok, json } = await answered.promise;
  assert.equal(ok, false);
  assert.deepEqual(JSON.parse(json), { code: "c".repeat(64), message: "m".repeat(300) });
});
