import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { aimed, Kind, spell, UserId } from "../schema.ts";

const quarantineId = prefixedId("quarantine");
const Reason = text(2_000).min(1);

/** The id of a quarantine, as callers see it. */
export const QuarantineId = quarantineId.param;

/** The path parameter that names one quarantine. */
export const ByQuarantine = z.object({ id: quarantineId.param });

/** Which quarantines to list. */
export const QuarantineQuery = PageQuery.extend({
  kind: Kind.optional(),
  state: z.enum(["active", "released"]).optional(),
});
export type QuarantineQuery = z.infer<typeof QuarantineQuery>;

/** What to hold, and why. `everything` is the kill switch. */
export const NewQuarantine = aimed({ reason: Reason }).meta({ id: "NewQuarantine" });
export type NewQuarantine = z.infer<typeof NewQuarantine>;

/** What to remember of a release. */
export const Release = z.strictObject({ note: text(2_000).default("") }).meta({ id: "Release" });

/** A quarantine, active or over. */
export const Quarantine = z.object({
  id: quarantineId.wire,
  kind: Kind,
  target: z.string().max(64).nullable(),
  reason: z.string().max(2_000),
  created_by: UserId.nullable(),
  created_at: Timestamp,
  released_by: UserId.nullable(),
  released_at: Timestamp.nullable(),
  note: z.string().max(2_000).nullable(),
}).meta({ id: "Quarantine" });
export type Quarantine = z.infer<typeof Quarantine>;

/** What a row must be for us to serve it. */
export const QuarantineRow = Quarantine.extend({ id: z.uuid(), target: z.guid().nullable() })
  .transform((row): Quarantine => ({
    ...row,
    id: quarantineId.of(row.id),
    target: row.target && spell(row.kind, row.target),
  }));
