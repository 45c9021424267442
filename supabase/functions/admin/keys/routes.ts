import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { KeyId } from "../schema.ts";
import { issueKey, rotateKey } from "./issue.ts";
import * as repo from "./repo.ts";
import { ByKey, CreatedKey, Key, KeyQuery, NewKey, Rotation } from "./schema.ts";

/** API keys: what a user's programs call with. */
export const keys: readonly Route[] = [
  route({
    method: "get",
    path: "/keys",
    summary: "List your API keys, newest first",
    accept: z.object({ query: KeyQuery }),
    needs: "keys:manage",
    budget: "read",
    reply: pageOf(Key),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) => {
    const ownerId = caller.userId;
    return paginate(platform.cursors, query, {
      list: "keys",
      user: ownerId,
      key: (key: Key) => KeyId.param.parse(key.id),
      fetch: (page) => repo.listKeys(db, { ownerId, ...page }),
    });
  }),
  route({
    method: "post",
    path: "/keys",
    summary: "Create an API key. Its secret is in this answer and in no other",
    accept: z.object({ body: NewKey }),
    needs: "keys:manage",
    budget: "write",
    status: 201,
    reply: CreatedKey,
    faults: ["not_found", "too_many_keys", "api_keys_unavailable"],
  }, async ({ body }, { db, caller, platform, reply }) => {
    const created = await issueKey({ db, ownerId: caller.userId, platform }, body);
    reply("location", `/functions/v1/admin/keys/${created.id}`);
    return created;
  }),
  route({
    method: "get",
    path: "/keys/:id",
    summary: "Get an API key, without its secret",
    accept: z.object({ params: ByKey }),
    needs: "keys:manage",
    budget: "read",
    reply: Key,
  }, ({ params }, { db, caller }) => repo.findKey(db, caller.userId, params.id)),
  route({
    method: "post",
    path: "/keys/:id/rotate",
    summary: "Replace an API key; the old one stays good for a while",
    accept: z.object({ params: ByKey, body: Rotation }),
    needs: "keys:manage",
    budget: "write",
    status: 201,
    reply: CreatedKey,
    faults: ["key_quarantined", "too_many_keys", "api_keys_unavailable"],
  }, async ({ params: { id }, body: { overlap_s: overlapS } }, call) => {
    const { db, caller, platform, reply } = call;
    const created = await rotateKey({ db, ownerId: caller.userId, platform }, { id, overlapS });
    reply("location", `/functions/v1/admin/keys/${created.id}`);
    return created;
  }),
  route({
    method: "delete",
    path: "/keys/:id",
    summary: "Revoke an API key, at once and for good",
    accept: z.object({ params: ByKey }),
    needs: "keys:manage",
    budget: "write",
    reply: Key,
  }, async ({ params: { id } }, { db, caller }) => {
    await repo.revokeKey(db, id);
    return repo.findKey(db, caller.userId, id);
  }),
];
