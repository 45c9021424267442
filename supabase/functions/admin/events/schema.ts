import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { text, Timestamp } from "../../_shared/schema.ts";
import { EventType } from "../../_shared/watch/schema.ts";
import { IntervalPage, KeyId, UserId } from "../schema.ts";

const eventId = prefixedId("event");

/** The id of a security event, as callers see it. */
export const EventId = eventId.param;

/** Which security events to list: all that is given must fit. */
export const EventQuery = IntervalPage.extend({
  type: EventType.optional(),
  user: UserId.optional(),
  key: KeyId.param.optional(),
  address: text(64).min(1).optional(),
});
export type EventQuery = z.infer<typeof EventQuery>;

/** Something that an operator may want to look into; equal ones are one with a count. */
export const SecurityEvent = z.object({
  id: eventId.wire,
  type: EventType,
  at: Timestamp,
  count: z.int().positive(),
  user_id: UserId.nullable(),
  key_id: KeyId.wire.nullable(),
  address: z.string().max(64).nullable(),
  /** 512 characters as Postgres counts them: each may be two of ours. */
  user_agent: z.string().max(1_024).nullable(),
  request_id: z.string().max(64).nullable(),
  method: z.string().max(16).nullable(),
  route: z.string().max(200).nullable(),
  code: z.string().max(64).nullable(),
  data: z.unknown(),
}).meta({ id: "SecurityEvent" });
export type SecurityEvent = z.infer<typeof SecurityEvent>;

/** What a row must be for us to serve it. */
export const SecurityEventRow = SecurityEvent.extend({
  id: z.uuid(),
  key_id: z.guid().nullable(),
}).transform((row): SecurityEvent => ({
  ...row,
  id: eventId.of(row.id),
  key_id: row.key_id && KeyId.of(row.key_id),
}));
