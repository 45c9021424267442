import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { text, Timestamp } from "../../_shared/schema.ts";
import { SecretValue } from "../../_shared/vault/schema.ts";
import { AgentName } from "../agents/schema.ts";

const hookId = prefixedId("hook");
const keyId = prefixedId("key");

/** The id of a hook, as callers see it. */
export const HookId = hookId;

/** The path parameters that name one of an agent's hooks. */
export const ByHook = z.object({ name: AgentName, id: hookId.param });

const Kind = z.enum(["standard", "github"]).meta({
  description: "Who signs: as Standard Webhooks has it, or as GitHub does",
});
const Description = text(200);
const Version = z.int().positive().max(2 ** 31 - 1).nullable()
  .meta({ description: "The version that runs; null for the published one" });
const Secret = SecretValue.min(16).max(256).optional().meta({
  description: "What the sender gave you to check with; one is made if left out",
});

/** As Standard Webhooks has them: 24 to 64 bytes in base64. */
const STANDARD = /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether a secret can be one of that kind. */
export function isSecretOf(kind: string | undefined, secret: string | undefined): boolean {
  return secret === undefined || kind === "github" || STANDARD.test(secret);
}

const NOT_STANDARD = "secret: whsec_ and 24 to 64 bytes in base64";

/** What a caller sends for a new hook. */
export const NewHook = z.strictObject({
  kind: Kind.default("standard"),
  description: Description.default(""),
  version: Version.default(null),
  secret: Secret,
}).refine(({ kind, secret }) => isSecretOf(kind, secret), NOT_STANDARD).meta({ id: "NewHook" });
export type NewHook = z.infer<typeof NewHook>;

/** What of a hook can be changed. What is left out stays. */
export const HookChange = z.strictObject({
  enabled: z.boolean().optional(),
  description: Description.optional(),
  version: Version.optional(),
}).refine((change) => Object.keys(change).length > 0, "something to change is needed")
  .meta({ id: "HookChange" });
export type HookChange = z.infer<typeof HookChange>;

/** How long the secret that was current is good beside the next one, in seconds. */
export const Overlap = z.int().min(0).max(604_800).default(86_400)
  .meta({ description: "How many seconds the secret before is good for" });

/** The next secret of a hook. */
export const HookRotation = z.strictObject({ secret: Secret, overlap_s: Overlap })
  .meta({ id: "HookRotation" });
export type HookRotation = z.infer<typeof HookRotation>;

/** A hook, without its secret. */
export const Hook = z.object({
  id: hookId.wire,
  kind: Kind,
  description: Description,
  version: Version,
  enabled: z.boolean(),
  path: z.string().max(200).meta({ description: "Where to send to, on the project's own origin" }),
  secret_version: z.int().min(1),
  made_by: keyId.wire.nullable()
    .meta({ description: "The API key that it was made by, and with which it ends" }),
  created_at: Timestamp,
  updated_at: Timestamp,
  last_used_at: Timestamp.nullable().meta({ description: "To the minute" }),
}).meta({ id: "Hook" });
export type Hook = z.infer<typeof Hook>;

/** A hook and its secret, which is shown this once. */
export const HookWithSecret = Hook.extend({ secret: z.string().max(256) })
  .meta({ id: "HookWithSecret" });

/** All of an agent's hooks. */
export const Hooks = z.object({ data: z.array(Hook).max(1_000) });

/** What a row must be for us to serve it. */
export const HookRow = Hook.omit({ path: true, made_by: true }).extend({
  id: z.uuid(),
  key_id: z.guid().nullable(),
}).transform(({ id, key_id, ...row }): Hook => ({
  ...row,
  id: hookId.of(id),
  path: `/functions/v1/execute/hooks/${hookId.of(id)}`,
  made_by: key_id && keyId.of(key_id),
}));
