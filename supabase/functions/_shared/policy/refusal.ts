import type { Spent } from "./budget.ts";
import { ToolFailure } from "../sandbox/engine.ts";

/** Every way in which a tool call can fail inside a program, told as `error.code`. */
export const TOOL_CODES = [
  "unknown_tool",
  "not_granted",
  "over_ceiling",
  "invalid_arguments",
  "arguments_too_large",
  "result_too_large",
  "budget_spent",
  "approval_denied",
  "approval_expired",
  "run_ended",
  "timed_out",
  "unavailable",
  "host_denied",
  "method_denied",
  "path_denied",
  "port_denied",
  "address_denied",
  "header_denied",
  "redirect_denied",
  "secret_denied",
  "upstream_failed",
  "not_found",
  "path_invalid",
  "type_denied",
  "infected",
  "quota_exceeded",
  "conflict",
  "command_denied",
  "model_denied",
  "repository_denied",
  "recipient_denied",
  "content_denied",
] as const;
export type ToolCode = (typeof TOOL_CODES)[number];

/** What a call came to beyond its target: a redirect, a file. The ledger keeps the first 20. */
export interface Reached {
  /** By the name of the tool whose grant it is under: `fetch`, `files.write`. */
  tool: string;
  target: string;
}

/** What a call moved and spent before it failed. */
export interface Until {
  bytesIn?: number;
  bytesOut?: number;
  spent?: readonly Spent[];
  reached?: readonly Reached[];
}

/** A tool call that is refused or failed: the code and the message reach the program. */
export class ToolRefusal extends ToolFailure {
  override readonly name = "ToolRefusal";

  /** What had happened until then; what was reserved stands where nobody knows. */
  readonly until: Until;

  /** `cause` reaches only the log. */
  constructor(
    override readonly code: ToolCode,
    message: string,
    { cause, ...until }: ErrorOptions & Until = {},
  ) {
    super(code, message, { cause });
    this.until = until;
  }
}
