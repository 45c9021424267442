import { Fault, type FaultCode } from "../../_shared/fault.ts";
import { type ToolCode, ToolRefusal } from "../../_shared/policy/refusal.ts";
import { type FileFlaw, FileRefusal } from "../../_shared/workspace/refusal.ts";

const BY_FLAW: Record<FileFlaw, ToolCode> = {
  path_invalid: "path_invalid",
  type_denied: "type_denied",
  infected: "infected",
  scanner_unavailable: "unavailable",
  storage_unavailable: "unavailable",
};

const BY_FAULT: Partial<Record<FaultCode, ToolCode>> = {
  not_found: "not_found",
  run_ended: "run_ended",
  workspace_full: "quota_exceeded",
  body_too_large: "quota_exceeded",
  file_conflict: "conflict",
  file_changed: "conflict",
  held: "conflict",
};

/** What a program hears of what was thrown about files. Our own bugs stay what they are. */
export function toRefusal(thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (!(thrown instanceof Error) || code === undefined) return thrown;
  return new ToolRefusal(code, thrown.message, { cause: thrown });
}

function codeOf(thrown: unknown): ToolCode | undefined {
  if (thrown instanceof FileRefusal) return BY_FLAW[thrown.flaw];
  return thrown instanceof Fault ? BY_FAULT[thrown.code] : undefined;
}

/** Does something with files; what it throws is what {@link toRefusal} makes of it. */
export async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toRefusal(thrown);
  }
}

/** Whether another has changed the file since it was looked at. */
export function isStale(thrown: unknown): boolean {
  return thrown instanceof Fault && thrown.code === "file_changed";
}
