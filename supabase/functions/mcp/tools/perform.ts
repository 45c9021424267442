import type { CallToolResult } from "@modelcontextprotocol/server";
import { type Fault, FAULTS } from "../../_shared/fault.ts";
import { describe } from "../../_shared/log.ts";
import { toFault } from "../../_shared/problem.ts";
import { findAgentTool } from "./agents.ts";
import { OWN } from "./list.ts";
import type { Exchange, Told } from "./tool.ts";

/** A call of a tool as a client sends it. */
export interface ToolCall {
  name: string;
  arguments?: unknown;
}

/**
 * Does what a tool does; undefined where the caller has no such tool. What is refused or fails is a
 * result, so that a model can read it: the code, and what a problem document would say.
 */
export async function performTool(
  { name, arguments: args }: ToolCall,
  exchange: Exchange,
): Promise<CallToolResult | undefined> {
  const { call: { db, caller, platform: { log } } } = exchange;
  try {
    const own = OWN.find((tool) => tool.name === name);
    const tool = own ?? await findAgentTool(db, caller.userId, name);
    return tool && resultOf(await tool.perform(args, exchange));
  } catch (err) {
    const fault = toFault(err);
    if (FAULTS[fault.code][0] >= 500) {
      log("error", "tool_failed", { tool: name, cause: describe(fault.cause ?? fault) });
    }
    return resultOf({ value: { error: errorOf(fault) }, isError: true });
  }
}

/** The text says the same as the object, for clients that know texts alone. It is JSON: no markup. */
function resultOf({ value, isError = false }: Told): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(value) }],
    structuredContent: value,
    ...(isError && { isError }),
  };
}

function errorOf({ code, detail, items, retryAfter }: Fault): Record<string, unknown> {
  const [status, title] = FAULTS[code];
  return {
    code,
    status,
    message: detail ?? title,
    ...(items.length > 0 && { errors: items }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
  };
}
