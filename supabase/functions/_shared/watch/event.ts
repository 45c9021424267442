import type { RequestContext } from "../context.ts";
import { uuid7 } from "../ids.ts";
import { mask } from "../log.ts";
import type { EventType } from "./schema.ts";

/** What a security event is about. */
export type SecurityEventType = EventType;

/** Something that an operator may want to hear of. It holds no body, no header and no secret. */
export interface SecurityEvent {
  type: SecurityEventType;
  userId?: string | undefined;
  keyId?: string | undefined;
  context: RequestContext;
  method?: string | undefined;
  /** The route's pattern and not the address, since addresses carry names. */
  route?: string | undefined;
  /** The fault that the caller was answered. */
  code?: string | undefined;
  /** A few flat facts; what does not fit into 8 of them with 200 characters each is left out. */
  data?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** An event as `record_security_events` takes it. Equal ones are one with a `count`. */
export interface EventRow {
  /** Made here, so that a row that is sent twice is stored once. */
  id: string;
  type: SecurityEventType;
  at: string;
  count: number;
  user_id: string | null;
  key_id: string | null;
  address: string | null;
  user_agent: string | null;
  request_id: string | null;
  method: string | null;
  route: string | null;
  code: string | null;
  data: Record<string, string | number | boolean> | null;
}

const MAX_CHARS = {
  id: 64,
  address: 64,
  user_agent: 512,
  request_id: 64,
  method: 16,
  route: 200,
  code: 64,
  data: 200,
};
const MAX_FACTS = 8;

/** The row of an event: keys and tokens masked, texts cut and fit for Postgres. */
export function toRow(event: SecurityEvent, now: number): EventRow {
  const { context } = event;
  return {
    id: uuid7(now),
    type: event.type,
    at: new Date(now).toISOString(),
    count: 1,
    user_id: clean(event.userId, MAX_CHARS.id),
    key_id: clean(event.keyId, MAX_CHARS.id),
    address: clean(context.address, MAX_CHARS.address),
    user_agent: clean(context.userAgent, MAX_CHARS.user_agent),
    request_id: clean(context.requestId, MAX_CHARS.request_id),
    method: clean(event.method, MAX_CHARS.method),
    route: clean(event.route, MAX_CHARS.route),
    code: clean(event.code, MAX_CHARS.code),
    data: event.data === undefined ? null : cleanFacts(event.data),
  };
}

function cleanFacts(data: NonNullable<SecurityEvent["data"]>): EventRow["data"] {
  const facts = Object.entries(data).slice(0, MAX_FACTS).map(([name, value]) => [
    clean(name, MAX_CHARS.id) ?? "",
    typeof value === "string" ? clean(value, MAX_CHARS.data) ?? "" : value,
  ]);
  return Object.fromEntries(facts);
}

/** Postgres takes neither a null character nor half of a pair; masking comes before cutting. */
function clean(text: string | undefined, maxChars: number): string | null {
  if (text === undefined) return null;
  return mask(text).slice(0, maxChars).replaceAll("\0", "\ufffd").toWellFormed();
}
