import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { AgentId, UserId } from "../schema.ts";

const holdId = prefixedId("hold");
const alertId = prefixedId("alert");
const Reason = text(2_000).min(1);

/** The id of a hold, as callers see it. */
export const HoldId = holdId.param;

/** The path parameter that names one hold. */
export const ByHold = z.object({ id: holdId.param });

/** What can be held. An incident is an alert: what its user did, around its time. */
export const HoldKind = z.enum(["user", "agent", "incident"]);

/** Which holds to list. */
export const HoldQuery = PageQuery.extend({
  kind: HoldKind.optional(),
  state: z.enum(["active", "released"]).optional(),
});
export type HoldQuery = z.infer<typeof HoldQuery>;

/** What must not expire from now on, and why. */
export const NewHold = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("user"), target: UserId, reason: Reason }),
  z.strictObject({ kind: z.literal("agent"), target: AgentId.param, reason: Reason }),
  z.strictObject({ kind: z.literal("incident"), target: alertId.param, reason: Reason }),
]).meta({ id: "NewHold" });
export type NewHold = z.infer<typeof NewHold>;

/** What to remember of a release. */
export const HoldRelease = z.strictObject({ note: text(2_000).default("") })
  .meta({ id: "HoldRelease" });

/** A legal hold, active or over. */
export const Hold = z.object({
  id: holdId.wire,
  kind: HoldKind,
  target: z.string().max(64),
  reason: z.string().max(2_000),
  created_by: UserId,
  created_at: Timestamp,
  released_by: UserId.nullable(),
  released_at: Timestamp.nullable(),
  note: z.string().max(2_000).nullable(),
}).meta({ id: "Hold" });
export type Hold = z.infer<typeof Hold>;

const SPELLED = {
  user: (target: string) => target,
  agent: AgentId.of,
  incident: alertId.of,
} as const satisfies Record<Hold["kind"], (target: string) => string>;

/** What a row must be for us to serve it. */
export const HoldRow = Hold.extend({ id: z.uuid(), target: z.guid() })
  .transform((row): Hold => ({
    ...row,
    id: holdId.of(row.id),
    target: SPELLED[row.kind](row.target),
  }));
