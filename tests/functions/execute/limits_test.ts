import assert from "@std/assert";
import { Policy } from "../../../supabase/functions/_shared/policy/schema.ts";
import { DEFAULT_LIMITS } from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { limitsFor } from "../../../supabase/functions/execute/runs/limits.ts";

const engine = { defaults: DEFAULT_LIMITS, ceiling: { ...DEFAULT_LIMITS, wallMs: 60_000 } };
const of = (policy: unknown) => limitsFor(engine, Policy.parse(policy));

Deno.test("a policy without limits gets the engine's defaults", () => {
  assert.deepEqual(of({}), DEFAULT_LIMITS);
});

Deno.test("a policy lowers every limit, and raises none but the wall clock, up to the ceiling", () => {
  const low = {
    wall_ms: 1,
    cpu_ms: 2,
    memory_bytes: 3,
    output_bytes: 4,
    log_bytes: 5,
    events: 6,
    tool_calls: 7,
    tool_concurrency: 8,
    tool_bytes: 9,
  };
  assert.deepEqual(Object.values(of({ limits: low })), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const high = Object.fromEntries(Object.keys(low).map((name) => [name, 1e12]));
  assert.deepEqual(of({ limits: high }), { ...DEFAULT_LIMITS, wallMs: 60_000 });
});

Deno.test("a run that may have to wait for a person is given the time, up to the ceiling", () => {
  const email = { domains: ["example.com"], approval: "required" };
  assert.equal(of({ email, approval_seconds: 20 }).wallMs, DEFAULT_LIMITS.wallMs + 20_000);
  assert.equal(of({ email, approval_seconds: 600 }).wallMs, 60_000);
  assert.equal(of({ email: { ...email, approval: "none" } }).wallMs, DEFAULT_LIMITS.wallMs);
});
