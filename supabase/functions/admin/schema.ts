import * as z from "zod";
import { prefixedId } from "../_shared/ids.ts";
import { PageQuery } from "../_shared/schema.ts";

const agentId = prefixedId("agent");
const keyId = prefixedId("key");

/** The id of an agent, as callers see it. */
export const AgentId = { param: agentId.param, wire: agentId.wire, of: agentId.of };

/** The id of an API key, as callers see it. */
export const KeyId = { param: keyId.param, wire: keyId.wire, of: keyId.of };

/** The id of a user is Supabase's own: any UUID that Postgres takes, seeded ones too. */
export const UserId = z.guid();

/** The path parameter that names one user. */
export const ByUser = z.object({ id: UserId });

/** The four roles. */
export const Role = z.enum(["viewer", "user", "streamer", "admin"]);

/** A moment that a caller names: within the years that Postgres and JavaScript agree on. */
export const Moment = z.iso.datetime({ offset: true })
  .regex(/^(19[7-9]|20\d|21\d)\d-/, "must lie between 1970 and 2199")
  .overwrite(inUtc)
  .meta({ examples: ["2026-01-02T03:04:05Z"] });

/** Of a text that is no moment, which is refused for that, nothing is made. */
function inUtc(text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}

/** A stretch of time: from `since`, up to and without `until`. */
export const Interval = z.strictObject({
  since: Moment.optional(),
  until: Moment.optional(),
});
export type Interval = z.infer<typeof Interval>;

/** A page of what happened in a stretch of time. */
export const IntervalPage = PageQuery.extend(Interval.shape);

/** A word of ours in a filter: it names a kind of thing, and is compared, never interpreted. */
export const Word = z.string().regex(/^[a-z][a-z_]{0,63}$/);

/** What can be held, and what evidence can be about. */
export const Kind = z.enum(["agent", "key", "user", "everything"]);

/** A body that names one thing, or everything, and says more about it. */
export function aimed<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("agent"), target: AgentId.param, ...shape }),
    z.strictObject({ kind: z.literal("key"), target: KeyId.param, ...shape }),
    z.strictObject({ kind: z.literal("user"), target: UserId, ...shape }),
    z.strictObject({ kind: z.literal("everything"), target: z.null().default(null), ...shape }),
  ]);
}

/** The id of what a body was aimed at, as callers see it. */
export function spell(kind: z.infer<typeof Kind>, target: string): string {
  if (kind === "agent") return AgentId.of(target);
  return kind === "key" ? KeyId.of(target) : target;
}
