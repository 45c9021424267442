import type { Grant, Policy } from "../../_shared/policy/schema.ts";
import type { Engine, Limits } from "../../_shared/sandbox/engine.ts";
import { fromWire, toWire } from "../../_shared/sandbox/remote/wire.ts";

const GRANTS = [
  "fetch",
  "files",
  "shell",
  "llm",
  "search",
  "github",
  "email",
] as const satisfies readonly Grant[];

/** Of which grants the operator has people asked, whoever was granted them. */
export interface Asked {
  grants: readonly string[];
  /** Null where the operator does not say. */
  approval_seconds: number | null;
}

/** Whether the operator's word on approvals can matter to a run. */
export function mayCall(policy: Policy, recording: boolean): boolean {
  return recording || GRANTS.some((grant) => policy[grant] !== undefined);
}

/**
 * How many seconds a call of a run may wait for a person: none where nobody is asked. A run that
 * records is asked about as the ceiling says, and any other as policy or ceiling say.
 */
export function approvalSeconds(policy: Policy, asked: Asked, recording: boolean): number {
  const asks = recording
    ? asked.grants.length > 0
    : GRANTS.some((grant) =>
      policy[grant]?.approval === "required" ||
      (policy[grant] !== undefined && asked.grants.includes(grant))
    );
  return asks ? Math.min(policy.approval_seconds, asked.approval_seconds ?? Infinity) : 0;
}

/**
 * What a run may spend: the engine's defaults, lowered by the policy. Only the wall clock may be
 * raised, as far as the engine goes, and by the seconds that a call may wait for a person: waiting
 * for a tool or for a person costs nothing but a place.
 */
export function limitsFor(
  { defaults, ceiling }: Pick<Engine, "defaults" | "ceiling">,
  policy: Policy,
  waitS = 0,
): Limits {
  const usual = toWire(defaults);
  const asked = policy.limits ?? {};
  const lower = (name: keyof typeof usual) => Math.min(asked[name] ?? usual[name], usual[name]);
  return fromWire({
    wall_ms: Math.min((asked.wall_ms ?? usual.wall_ms) + waitS * 1_000, ceiling.wallMs),
    cpu_ms: lower("cpu_ms"),
    memory_bytes: lower("memory_bytes"),
    output_bytes: lower("output_bytes"),
    log_bytes: lower("log_bytes"),
    events: lower("events"),
    tool_calls: lower("tool_calls"),
    tool_concurrency: lower("tool_concurrency"),
    tool_bytes: lower("tool_bytes"),
  });
}
