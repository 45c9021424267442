import * as z from "zod";
import { Name, PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { KeyId, Moment } from "../schema.ts";

const MAX_OVERLAP_S = 7 * 86_400;
const DAY_S = 86_400;

/** What a key can be allowed to do. Managing keys takes a person. */
export const Scope = z.enum([
  "agents:read",
  "agents:write",
  "agents:execute",
  "agents:stream",
  "runs:cancel",
  "secrets:manage",
  "audit:read",
  "metrics:read",
  "admin",
]);

/** The path parameter that names one of the caller's keys. */
export const ByKey = z.object({ id: KeyId.param });

/** Which keys to list. */
export const KeyQuery = PageQuery;

/** What a caller sends for a new key. */
export const NewKey = z.strictObject({
  name: text(100).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, "one line of text"),
  scopes: z.array(Scope).min(1).max(9)
    .meta({ description: "No more than the caller's own permissions" }),
  agent: Name.optional().meta({ description: "The one agent that the key is good for" }),
  expires_at: Moment.optional().meta({ description: "A year from now at the latest" }),
}).meta({ id: "NewKey" });
export type NewKey = z.infer<typeof NewKey>;

/** How to replace a key. */
export const Rotation = z.strictObject({
  overlap_s: z.int().min(0).max(MAX_OVERLAP_S).default(DAY_S)
    .meta({ description: "Seconds for which the old key stays good" }),
}).meta({ id: "Rotation" });
export type Rotation = z.infer<typeof Rotation>;

/** A key, without its secret. */
export const Key = z.object({
  id: KeyId.wire,
  name: z.string().max(100),
  public_id: z.string().max(16)
    .meta({ description: "What stands in the key itself, before its secret" }),
  scopes: z.array(Scope).max(9),
  agent: z.string().max(63).nullable(),
  created_at: Timestamp,
  expires_at: Timestamp.nullable(),
  revoked_at: Timestamp.nullable(),
  last_used_at: Timestamp.nullable().meta({ description: "To the minute" }),
  replaces: KeyId.wire.nullable(),
}).meta({ id: "Key" });
export type Key = z.infer<typeof Key>;

/** A key that was just made: the only answer that its secret is ever part of. */
export const CreatedKey = Key.extend({
  secret: z.string().max(100).meta({ description: "The key to call with. It is not shown again." }),
}).meta({ id: "CreatedKey" });
export type CreatedKey = z.infer<typeof CreatedKey>;

/** What a row must be for us to serve it. */
export const KeyRow = Key.omit({ agent: true }).extend({
  id: z.uuid(),
  agents: z.object({ name: z.string() }).nullable(),
  replaces: z.uuid().nullable(),
}).transform(({ agents, ...row }): Key => ({
  ...row,
  id: KeyId.of(row.id),
  agent: agents?.name ?? null,
  replaces: row.replaces && KeyId.of(row.replaces),
}));
