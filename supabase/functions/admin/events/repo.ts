import { type Db, rows } from "../../_shared/db.ts";
import { type EventQuery, type SecurityEvent, SecurityEventRow } from "./schema.ts";

const COLUMNS =
  "id, type, at, count, user_id, key_id, address, user_agent, request_id, method, route, code, data";

/** Security events that fit a filter, newest first, after an event's id. */
export async function listEvents(
  db: Db,
  filter: Omit<EventQuery, "limit" | "cursor">,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<SecurityEvent[]> {
  let query = db.from("security_events").select(COLUMNS);
  if (filter.type !== undefined) query = query.eq("type", filter.type);
  if (filter.user !== undefined) query = query.eq("user_id", filter.user);
  if (filter.key !== undefined) query = query.eq("key_id", filter.key);
  if (filter.address !== undefined) query = query.eq("address", filter.address);
  if (filter.since !== undefined) query = query.gte("at", filter.since);
  if (filter.until !== undefined) query = query.lt("at", filter.until);
  if (after !== undefined) query = query.lt("id", after);
  const reply = await query.order("id", { ascending: false }).limit(limit);
  return SecurityEventRow.array().parse(rows(reply));
}
