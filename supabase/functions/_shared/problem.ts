import { HTTPException } from "hono/http-exception";
import { Fault, type FaultCode, FAULTS } from "./fault.ts";

const BY_STATUS: Partial<Record<number, FaultCode>> = {
  400: "invalid_json",
  405: "method_not_allowed",
  413: "body_too_large",
};

/** Any thrown value as the fault its caller may see. What we do not know is `internal`. */
export function toFault(err: unknown): Fault {
  if (err instanceof Fault) return err;
  if (err instanceof HTTPException) {
    return new Fault(BY_STATUS[err.status] ?? "internal", undefined, {
      cause: err,
    });
  }
  return new Fault("internal", undefined, { cause: err });
}

/** A problem document, ready to be sent. */
export interface ProblemReply {
  body: string;
  status: (typeof FAULTS)[FaultCode][0];
  headers: Record<string, string>;
}

/**
 * The RFC 9457 problem document of a fault. Everything in it comes from the fault and the request
 * id, so that what is hidden and what is missing answer with the same bytes. A 401 carries the challenge.
 */
export function problem(fault: Fault, requestId: string, challenge = "Bearer"): ProblemReply {
  const [status, title] = FAULTS[fault.code];
  const body = JSON.stringify({
    type: `/errors/${fault.code}`,
    title,
    status,
    detail: fault.detail,
    instance: `/requests/${requestId}`,
    code: fault.code,
    request_id: requestId,
    errors: fault.items.length > 0 ? fault.items : undefined,
    retry_after: fault.retryAfter,
  });
  const headers = {
    "content-type": "application/problem+json",
    ...(status === 401 && { "www-authenticate": challenge }),
    ...(fault.retryAfter !== undefined &&
      { "retry-after": String(fault.retryAfter) }),
  };
  return { body, status, headers };
}
