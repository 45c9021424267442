import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { HostPattern, SecretName } from "../../_shared/policy/schema.ts";
import { Name, PageQuery, Timestamp } from "../../_shared/schema.ts";
import { SecretValue } from "../../_shared/vault/schema.ts";
import { AgentId, Moment } from "../schema.ts";

const secretId = prefixedId("secret");

/** The id of a secret, as callers see it. */
export const SecretId = { param: secretId.param, wire: secretId.wire, of: secretId.of };

/** The path parameter that names one of the caller's secrets. */
export const BySecret = z.object({ id: SecretId.param });

/** Which secrets to list. */
export const SecretQuery = PageQuery;

const Value = SecretValue.meta({ description: "It is in no answer, ever" });

/** A secret of every host would be anybody's. */
const Hosts = z.array(HostPattern.regex(/^(?:\*{1,2}\.)?[^.*]+\./, "names a host")).min(1).max(10)
  .meta({ description: "The only hosts that the value is sent to" });

const Expiry = Moment.nullable().meta({ description: "In the future; null for never" });

/** What a caller sends for a new secret. */
export const NewSecret = z.strictObject({
  name: SecretName,
  value: Value,
  hosts: Hosts,
  agent: Name.optional().meta({ description: "The one agent that the secret is for" }),
  expires_at: Expiry.default(null),
}).meta({ id: "NewSecret" });
export type NewSecret = z.infer<typeof NewSecret>;

/** A new value, and with it where and until when it is good. What is left out stays. */
export const SecretChange = z.strictObject({
  value: Value,
  hosts: Hosts.optional(),
  expires_at: Expiry.optional(),
}).meta({ id: "SecretChange" });
export type SecretChange = z.infer<typeof SecretChange>;

/** A secret, without its value. */
export const Secret = z.object({
  id: SecretId.wire,
  name: z.string().max(64),
  agent: z.string().max(63).nullable()
    .meta({ description: "Null also where the caller may not read agents" }),
  agent_id: AgentId.wire.nullable()
    .meta({ description: "The one agent that it is for; null for all of them" }),
  hosts: z.array(z.string().max(253)).max(10),
  version: z.int().min(1),
  created_at: Timestamp,
  updated_at: Timestamp.meta({ description: "When it got its value" }),
  expires_at: Timestamp.nullable(),
  last_used_at: Timestamp.nullable().meta({ description: "Of this version, to the minute" }),
}).meta({ id: "Secret" });
export type Secret = z.infer<typeof Secret>;

/** What a row must be for us to serve it. */
export const SecretRow = Secret.omit({ agent: true }).extend({
  id: z.uuid(),
  agent_id: z.uuid().nullable(),
  agents: z.object({ name: z.string() }).nullable(),
}).transform(({ agents, id, ...row }): Secret => ({
  ...row,
  id: SecretId.of(id),
  agent: agents?.name ?? null,
  agent_id: row.agent_id && AgentId.of(row.agent_id),
}));

/** How far the change to the current key has come. */
export const SecretRotation = z.object({
  resealed: z.int().min(0).meta({ description: "Locked by the current key, just now" }),
  failed: z.int().min(0).meta({
    description: "Of everybody's, not to be opened: the log of the function says why",
  }),
  remaining: z.int().min(0)
    .meta({ description: "Locked by other keys still; but for those that failed, it goes on" }),
}).meta({ id: "SecretRotation" });
export type SecretRotation = z.infer<typeof SecretRotation>;
