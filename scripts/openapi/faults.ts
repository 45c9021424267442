import { type FaultCode, FAULTS, isFaultCode } from "../../supabase/functions/_shared/fault.ts";
import { isSensitive } from "../../supabase/functions/_shared/permission.ts";
import type { Spec } from "../../supabase/functions/_shared/route.ts";

/** What any request may be refused with, before anybody looks who is there. */
const ANYBODY: readonly FaultCode[] = [
  "invalid_request",
  "token_invalid",
  "key_invalid",
  "rate_limited",
  "address_blocked",
  "internal",
];
/** What any request with a credential may be refused with. */
const CREDENTIALED: readonly FaultCode[] = [
  ...ANYBODY,
  "unauthenticated",
  "token_expired",
  "key_expired",
  "key_revoked",
  "forbidden",
  "key_quarantined",
  "api_keys_unavailable",
  "database_unavailable",
];
const WITH_BODY: readonly FaultCode[] = [
  "invalid_json",
  "body_too_large",
  "unsupported_media_type",
];

const WITH_BYTES: readonly FaultCode[] = ["body_too_large", "unsupported_media_type"];

/** Every fault that a route can be answered with, by status, in the order of the table. */
export function faultsOf(spec: Spec): Map<number, FaultCode[]> {
  const codes = new Set<FaultCode>([
    ...(spec.access === "public" || spec.access === "schedule" ? ANYBODY : CREDENTIALED),
    ...byPermission(spec),
    ...(spec.budget === "read" && !spec.streams ? [] : ["limiter_unavailable"] as const),
    ...(spec.accept.shape.params ? ["not_found"] as const : []),
    ...(spec.accept.shape.body ? WITH_BODY : []),
    ...(spec.accept.shape.bytes ? WITH_BYTES : []),
    ...(spec.faults ?? []),
  ]);
  const inOrder = Object.keys(FAULTS).filter(isFaultCode).filter((code) => codes.has(code));
  return Map.groupBy(inOrder, (code) => FAULTS[code][0]);
}

/** Which faults nearly every route has under a status: a response that most of them share. */
export function commonFaults(status: number): FaultCode[] {
  return Object.keys(FAULTS).filter(isFaultCode)
    .filter((code) => CREDENTIALED.includes(code) && FAULTS[code][0] === status);
}

function byPermission({ needs, streams }: Spec): FaultCode[] {
  if (needs === undefined) return [];
  const executes = needs === "agents:execute" || streams !== undefined;
  return [
    ...(needs === "agents:read" ? [] : ["user_quarantined"] as const),
    ...(executes ? ["execution_suspended"] as const : []),
    ...(isSensitive(needs) ? ["session_revoked"] as const : []),
    ...(needs === "admin" ? ["mfa_required"] as const : []),
  ];
}
