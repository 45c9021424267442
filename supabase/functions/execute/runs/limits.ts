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

/**
 * What a run may spend: the engine's defaults, lowered by the policy. Only the wall clock may be
 * raised, as far as the engine goes: waiting for a tool or for a person costs nothing but a place.
 */
export function limitsFor(
  { defaults, ceiling }: Pick<Engine, "defaults" | "ceiling">,
  policy: Policy,
): Limits {
  const usual = toWire(defaults);
  const asked = policy.limits ?? {};
  const lower = (name: keyof typeof usual) => Math.min(asked[name] ?? usual[name], usual[name]);
  const waiting = asksPeople(policy) ? policy.approval_seconds * 1_000 : 0;
  return fromWire({
    wall_ms: Math.min((asked.wall_ms ?? usual.wall_ms) + waiting, ceiling.wallMs),
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

function asksPeople(policy: Policy): boolean {
  return GRANTS.some((grant) => policy[grant]?.approval === "required");
}
