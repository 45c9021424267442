import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { EventType } from "../../_shared/watch/schema.ts";
import { UserId, Word } from "../schema.ts";

const alertId = prefixedId("alert");
const DAY_S = 86_400;

/** The id of an alert, as callers see it. */
export const AlertId = alertId.param;

/** The path parameter that names one alert. */
export const ByAlert = z.object({ id: alertId.param });

/** The path parameter that names one rule. */
export const ByRule = z.object({ name: z.string().regex(/^[a-z][a-z_]{0,39}$/) });

/** Which alerts to list. */
export const AlertQuery = PageQuery.extend({
  rule: Word.optional(),
  state: z.enum(["open", "acknowledged"]).optional(),
});
export type AlertQuery = z.infer<typeof AlertQuery>;

/** What somebody says who has seen an alert. */
export const Acknowledgement = z.strictObject({ note: text(2_000).default("") })
  .meta({ id: "Acknowledgement" });

/** A rule was met: so many events about one subject within its window. */
export const Alert = z.object({
  id: alertId.wire,
  rule: z.string().max(64),
  type: EventType,
  subject: z.string().max(200),
  count: z.int().positive(),
  first_at: Timestamp,
  at: Timestamp,
  acknowledged_at: Timestamp.nullable(),
  acknowledged_by: UserId.nullable(),
  note: z.string().max(2_000).nullable(),
  delivery: z.enum(["pending", "delivered", "gave_up"]).nullable()
    .meta({ description: "How far sending it to the webhook has come" }),
}).meta({ id: "Alert" });
export type Alert = z.infer<typeof Alert>;

/** What a row must be for us to serve it. */
export const AlertRow = Alert.extend({ id: z.uuid() })
  .transform((row): Alert => ({ ...row, id: alertId.of(row.id) }));

const Per = z.enum(["user", "address", "global"]);

/**
 * When a rule is met: `threshold` events of its `type` about one subject within `window_s` seconds.
 * What is left out stays; a rule that is not there yet needs all but `enabled`.
 */
export const RuleChange = z.strictObject({
  type: EventType.exactOptional(),
  per: Per.exactOptional(),
  threshold: z.int().min(1).max(1_000_000).exactOptional(),
  window_s: z.int().min(1).max(DAY_S).exactOptional(),
  enabled: z.boolean().exactOptional(),
}).meta({ id: "RuleChange" });
export type RuleChange = z.infer<typeof RuleChange>;

/** A rule under its name. */
export const Rule = z.object({
  name: z.string().max(64),
  type: EventType,
  threshold: z.int().min(1),
  window_s: z.int().min(1),
  per: Per,
  enabled: z.boolean(),
}).meta({ id: "Rule" });
export type Rule = z.infer<typeof Rule>;

/** All rules: there are few of them. */
export const Rules = z.object({ data: z.array(Rule).max(1_000) }).meta({ id: "Rules" });
