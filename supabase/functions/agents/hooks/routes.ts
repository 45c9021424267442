import * as z from "zod";
import { type Call, type Route, route } from "../../_shared/route.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId, ByName } from "../agents/schema.ts";
import * as repo from "./repo.ts";
import {
  ByHook,
  Hook,
  HookChange,
  HookRotation,
  Hooks,
  HookWithSecret,
  NewHook,
} from "./schema.ts";
import { createHook, rotateSecret } from "./write.ts";

/** Hooks of agents, as their owners manage them. A secret is answered once, to who made it. */
export function createHooks(vault: Vault): readonly Route[] {
  const writing = ({ db, caller }: Call) => ({ db, vault, ownerId: caller.userId });
  return [
    ...readingRoutes,
    route({
      method: "post",
      path: "/:name/hooks",
      summary: "Make an address by which others start runs of the agent, signed with its secret",
      accept: z.object({ params: ByName, body: NewHook }),
      needs: "agents:write",
      budget: "write",
      status: 201,
      reply: HookWithSecret,
      faults: ["agent_quarantined", "too_many_hooks", "secrets_unavailable"],
    }, async ({ params: { name }, body }, call) => {
      const created = await createHook(writing(call), name, body);
      call.reply("location", `/functions/v1/agents/${name}/hooks/${created.id}`);
      return created;
    }),
    route(
      {
        method: "post",
        path: "/:name/hooks/:id/rotate",
        summary: "Give a hook its next secret; the one before is good for a while",
        accept: z.object({ params: ByHook, body: HookRotation }),
        needs: "agents:write",
        budget: "write",
        reply: HookWithSecret,
        faults: [
          "agent_quarantined",
          "made_by_other_key",
          "secret_changed",
          "secrets_unavailable",
        ],
      },
      ({ params: { name, id }, body }, call) =>
        rotateSecret(writing(call), { agent: name, id }, body),
    ),
  ];
}

const readingRoutes: readonly Route[] = [
  route({
    method: "get",
    path: "/:name/hooks",
    summary: "List an agent's hooks, newest first, without their secrets",
    accept: z.object({ params: ByName }),
    needs: "agents:read",
    budget: "read",
    reply: Hooks,
  }, async ({ params: { name } }, { db, caller: { userId } }) => {
    const { id } = await findAgent(db, userId, name);
    return { data: await repo.listHooks(db, AgentId.parse(id)) };
  }),
  route({
    method: "get",
    path: "/:name/hooks/:id",
    summary: "Get a hook, without its secret",
    accept: z.object({ params: ByHook }),
    needs: "agents:read",
    budget: "read",
    reply: Hook,
  }, async ({ params: { name, id } }, { db, caller: { userId } }) => {
    const agent = await findAgent(db, userId, name);
    return await repo.findHook(db, AgentId.parse(agent.id), id);
  }),
  route({
    method: "patch",
    path: "/:name/hooks/:id",
    summary: "Switch a hook on or off, or have it run another version",
    accept: z.object({ params: ByHook, body: HookChange }),
    needs: "agents:write",
    budget: "write",
    reply: Hook,
    faults: ["agent_quarantined", "made_by_other_key"],
  }, ({ params: { name, id }, body }, { db }) => repo.changeHook(db, { agent: name, id }, body)),
  route({
    method: "delete",
    path: "/:name/hooks/:id",
    summary: "End a hook at once, and forget its secret",
    accept: z.object({ params: ByHook }),
    needs: "agents:write",
    budget: "write",
    status: 204,
    faults: ["agent_quarantined"],
  }, ({ params: { name, id } }, { db }) => repo.deleteHook(db, { agent: name, id })),
];
