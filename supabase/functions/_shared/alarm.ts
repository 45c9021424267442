import type { Context } from "hono";
import { routePath } from "hono/route";
import { contextOf } from "./admission.ts";
import type { AppEnv } from "./app.ts";
import type { Fault, FaultCode } from "./fault.ts";
import { Suspicious } from "./headers.ts";
import type { RuleName } from "./limit/limits.ts";
import type { Platform } from "./platform.ts";
import type { SecurityEvent } from "./watch/watch.ts";

type EventType = SecurityEvent["type"];

/** What a refusal is a sign of; `rejected` is only counted. What is not here is no sign. */
const SIGNS: Partial<Record<FaultCode, EventType>> = {
  token_invalid: "auth_failed",
  key_invalid: "auth_failed",
  key_expired: "auth_failed",
  key_revoked: "auth_failed",
  key_quarantined: "auth_failed",
  forbidden: "permission_denied",
  mfa_required: "permission_denied",
  not_found: "probing",
  invalid_cursor: "suspicious",
  rate_limited: "rate_limited",
  invalid_request: "rejected",
  invalid_json: "rejected",
  // Relays of hooks have many customers: one who signs wrongly shall not have the others blocked.
  signature_invalid: "rejected",
  token_expired: "rejected",
};

/** What nobody writes who wants a program to run: source that is made to wear out its reader. */
const BOMBS = ["nested_too_deeply", "too_complex"];

/** For which of them an address is blocked when they come too often. */
const STRIKES: Partial<Record<EventType, RuleName>> = {
  auth_failed: "auth_failed",
  probing: "probing",
  rate_limited: "rate_limited",
};

/**
 * Tells the watch of a refusal that may be an attack, and counts it against the address. The
 * refusal waits for that, so that no more pass than the rule says. Never throws.
 */
export async function raiseAlarm(
  c: Context<AppEnv>,
  platform: Platform,
  fault: Fault,
): Promise<void> {
  const { caller, context = contextOf(c, platform) } = c.var;
  const report = (type: EventType, data?: Record<string, string>) =>
    platform.watch.report({
      type,
      userId: caller?.userId,
      keyId: caller?.keyId,
      context,
      method: c.req.method,
      route: routePath(c, -1),
      code: fault.code,
      data,
    });
  const odd = fault instanceof Suspicious;
  if (odd) report("suspicious", { why: fault.suspicion });
  const type = signOf(fault, caller !== undefined);
  if (type !== undefined) report(type);
  const rule = type === undefined && odd ? "probing" : type && STRIKES[type];
  // Who says who they are and asks for what is not there is told of, and harms nobody next to them.
  if (rule === undefined || (rule === "probing" && caller !== undefined)) return;
  const offence = await platform.limits.strike(context.address, rule);
  if (offence !== undefined) report("address_blocked", { rule });
}

/**
 * A credential that ends in the middle of a request did authenticate: that is no attempt. What was
 * told as suspicious is not told again as merely rejected.
 */
function signOf(fault: Fault, isAuthenticated: boolean): EventType | undefined {
  if (fault.code === "invalid_source" && fault.items.some(({ code }) => BOMBS.includes(code))) {
    return "suspicious";
  }
  const type = SIGNS[fault.code];
  if (type === "auth_failed" && isAuthenticated) return undefined;
  return type === "rejected" && fault instanceof Suspicious ? undefined : type;
}
