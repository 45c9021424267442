import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { downloadEvidence } from "./download.ts";
import { freezeEvidence } from "./freeze.ts";
import { listEvidence } from "./repo.ts";
import * as schema from "./schema.ts";

const { Bundle, ByEvidence, Evidence, EvidenceId, EvidenceQuery, NewEvidence } = schema;

/** Evidence: what was, frozen and signed, for whoever looks into an incident. */
export function createEvidence(issuer: string): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/evidence",
      summary: "List the evidence that was frozen, newest first",
      accept: z.object({ query: EvidenceQuery }),
      needs: "admin",
      budget: "read",
      reply: pageOf(Evidence),
      faults: ["invalid_cursor"],
    }, ({ query }, { db, caller, platform }) =>
      paginate(platform.cursors, query, {
        list: "evidence",
        user: caller.userId,
        key: (evidence: schema.Evidence) => EvidenceId.param.parse(evidence.id),
        fetch: (page) => listEvidence(db, query, page),
      })),
    route({
      method: "post",
      path: "/evidence",
      summary: "Freeze agents, runs, events and the audit log into a signed bundle",
      accept: z.object({ body: NewEvidence }),
      needs: "admin",
      budget: "execute",
      status: 201,
      reply: Evidence,
      faults: ["evidence_too_large", "signing_key_missing"],
    }, async ({ body }, { db, service, caller, platform: { signer }, reply }) => {
      const freezing = { db, service, userId: caller.userId, signer, issuer };
      const evidence = await freezeEvidence(freezing, body);
      reply("location", `/functions/v1/admin/evidence/${evidence.id}`);
      return evidence;
    }),
    route({
      method: "get",
      path: "/evidence/:id",
      summary: "Download a signed bundle; `deno task evidence` verifies it",
      accept: z.object({ params: ByEvidence }),
      needs: "admin",
      budget: "read",
      reply: Bundle,
    }, ({ params }, { db }) => downloadEvidence(db, params.id)),
  ];
}
