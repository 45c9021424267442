import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Call, type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import * as repo from "./repo.ts";
import { rotateSecrets } from "./rotate.ts";
import {
  BySecret,
  NewSecret,
  Secret,
  SecretChange,
  SecretId,
  SecretQuery,
  SecretRotation,
} from "./schema.ts";
import { changeSecret, createSecret } from "./write.ts";

/** Secrets: what the broker signs users' agents in with. No answer has the value of one. */
export function createSecrets(vault: Vault): readonly Route[] {
  const writing = ({ db, caller }: Call) => ({ db, vault, ownerId: caller.userId });
  return [
    ...readingRoutes,
    route({
      method: "post",
      path: "/secrets",
      summary: "Keep a secret for your agents, or for one. Nothing answers its value",
      accept: z.object({ body: NewSecret }),
      needs: "secrets:manage",
      budget: "write",
      status: 201,
      reply: Secret,
      faults: ["not_found", "secret_taken", "too_many_secrets", "secrets_unavailable"],
    }, async ({ body }, call) => {
      const created = await createSecret(writing(call), body);
      call.reply("location", `/functions/v1/admin/secrets/${created.id}`);
      return created;
    }),
    route({
      method: "post",
      path: "/secrets/rotate",
      summary: "Lock everybody's secrets anew by the current key, in the background",
      accept: z.object({}),
      needs: "admin",
      budget: "write",
      reply: SecretRotation,
      faults: ["secrets_unavailable"],
    }, (_, { db, service, platform: { log } }) => rotateSecrets(db, { service, vault, log })),
    route({
      method: "put",
      path: "/secrets/:id",
      summary: "Give a secret its next value; hosts and expiry change with it only",
      accept: z.object({ params: BySecret, body: SecretChange }),
      needs: "secrets:manage",
      budget: "write",
      reply: Secret,
      faults: ["secret_changed", "secrets_unavailable"],
    }, ({ params, body }, call) => changeSecret(writing(call), params.id, body)),
  ];
}

const readingRoutes: readonly Route[] = [
  route({
    method: "get",
    path: "/secrets",
    summary: "List your secrets, newest first, without their values",
    accept: z.object({ query: SecretQuery }),
    needs: "secrets:manage",
    budget: "read",
    reply: pageOf(Secret),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) =>
    paginate(platform.cursors, query, {
      list: "secrets",
      user: caller.userId,
      key: (secret: Secret) => SecretId.param.parse(secret.id),
      fetch: (page) => repo.listSecrets(db, { ownerId: caller.userId, ...page }),
    })),
  route({
    method: "get",
    path: "/secrets/:id",
    summary: "Get a secret, without its value",
    accept: z.object({ params: BySecret }),
    needs: "secrets:manage",
    budget: "read",
    reply: Secret,
  }, ({ params }, { db, caller }) => repo.findSecret(db, caller.userId, params.id)),
  route({
    method: "delete",
    path: "/secrets/:id",
    summary: "Forget a secret, at once and for good",
    accept: z.object({ params: BySecret }),
    needs: "secrets:manage",
    budget: "write",
    status: 204,
  }, ({ params }, { db }) => repo.deleteSecret(db, params.id)),
];
