import * as z from "zod";
import { type Route, route } from "../../_shared/route.ts";
import { Draft, NewDraft } from "./schema.ts";
import { type DraftDeps, writeDraft } from "./write.ts";

/** As many drafts does the operator's key pay a user in 24 hours. */
export const DRAFTS_PER_DAY = 20;
const DAY_S = 86_400;

/** Drafts: agents that a language model writes, and nobody has kept yet. */
export function createDrafts(deps: DraftDeps): readonly Route[] {
  return [
    route({
      method: "post",
      path: "/drafts",
      summary: "Have an agent written from a description; it is neither stored nor run",
      accept: z.object({ body: NewDraft }),
      needs: "agents:write",
      fresh: true,
      budget: "execute",
      reply: Draft,
      faults: ["llm_unavailable", "draft_failed", "not_found", "secrets_unavailable"],
    }, ({ body }, { caller: { userId }, signal, platform: { limits } }) => {
      const takeOne = async () => {
        const subject = `drafts:${userId}`;
        await limits.take([{ budget: "execute", subject, quota: DRAFTS_PER_DAY, windowS: DAY_S }]);
      };
      return writeDraft(deps, body, { userId, signal, takeOne });
    }),
  ];
}
