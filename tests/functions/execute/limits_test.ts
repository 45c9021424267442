import assert from "@std/assert";
import { Policy } from "../../../supabase/functions/_shared/policy/schema.ts";
import { DEFAULT_LIMITS } from "../../../supabase/functions/_shared/sandbox/engine.ts";
import {
  approvalSeconds,
  type Asked,
  limitsFor,
  mayCall,
} from "../../../supabase/functions/execute/runs/limits.ts";

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
  const { wallMs } = DEFAULT_LIMITS;
  assert.equal(limitsFor(engine, Policy.parse({}), 20).wallMs, wallMs + 20_000);
  assert.equal(limitsFor(engine, Policy.parse({}), 600).wallMs, 60_000);
  const limits = { wall_ms: 2_000 };
  assert.equal(limitsFor(engine, Policy.parse({ limits }), 20).wallMs, 22_000);
});

const NOBODY = { grants: [], approval_seconds: 600 };
const EMAIL = { domains: ["example.com"] };
const waitOf = (policy: unknown, asked: Asked, recording = false) =>
  approvalSeconds(Policy.parse(policy), asked, recording);

Deno.test("a call waits for a person where policy or ceiling say so, for the shorter time", () => {
  const mine = { email: { ...EMAIL, approval: "required" }, approval_seconds: 20 };
  assert.equal(waitOf(mine, NOBODY), 20);
  assert.equal(waitOf(mine, { grants: [], approval_seconds: 15 }), 15);
  assert.equal(waitOf({ email: EMAIL }, NOBODY), 0);
  assert.equal(waitOf({ email: EMAIL }, { grants: ["email"], approval_seconds: 30 }), 30);
  assert.equal(waitOf({ email: EMAIL }, { grants: ["email"], approval_seconds: 600 }), 120);
});

Deno.test("the ceiling's approval of what a policy does not grant costs a run nothing", () => {
  assert.equal(waitOf({ email: EMAIL }, { grants: ["fetch"], approval_seconds: 30 }), 0);
  assert.ok(!mayCall(Policy.parse({ approval_seconds: 20 }), false));
  assert.ok(mayCall(Policy.parse({ email: EMAIL }), false));
});

Deno.test("a run that records waits for a person where the ceiling alone says so", () => {
  assert.ok(mayCall(Policy.parse({}), true));
  assert.equal(waitOf({}, { grants: ["email"], approval_seconds: 30 }, true), 30);
  assert.equal(waitOf({ email: { ...EMAIL, approval: "required" } }, NOBODY, true), 0);
});
