import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { UserId } from "../schema.ts";

const runnerId = prefixedId("runner");

/** The id of a runner, as callers see it. */
export const RunnerId = runnerId.param;

/** The path parameter that names one runner. */
export const ByRunner = z.object({ id: runnerId.param });

/** Which runners to list. */
export const RunnerQuery = PageQuery;

/** What to call a new runner. */
export const NewRunner = z.strictObject({
  name: text(100).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, "one line of text"),
}).meta({ id: "NewRunner" });
export type NewRunner = z.infer<typeof NewRunner>;

/** A runner that may take queued runs, without its secret. */
export const Runner = z.object({
  id: runnerId.wire,
  name: z.string().max(100),
  public_id: z.string().max(16)
    .meta({ description: "What stands in its key, before the secret" }),
  created_by: UserId.nullable(),
  created_at: Timestamp,
  last_seen_at: Timestamp.nullable().meta({ description: "To five seconds" }),
  revoked_at: Timestamp.nullable(),
}).meta({ id: "Runner" });
export type Runner = z.infer<typeof Runner>;

/** A runner that was just made: the only answer that its key is ever part of. */
export const CreatedRunner = Runner.extend({
  key: z.string().max(100)
    .meta({ description: "What the runner calls with. It is not shown again." }),
}).meta({ id: "CreatedRunner" });
export type CreatedRunner = z.infer<typeof CreatedRunner>;

/** What a row must be for us to serve it. */
export const RunnerRow = Runner.extend({ id: z.uuid() })
  .transform((row): Runner => ({ ...row, id: runnerId.of(row.id) }));
