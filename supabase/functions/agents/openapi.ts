import * as z from "zod";
import { publicRoute, type Route, route } from "../_shared/route.ts";
import { describeAgent, readDocument } from "./agents/describe.ts";
import { findAgent } from "./agents/repo.ts";
import { ByName } from "./agents/schema.ts";
import document from "./openapi.json" with { type: "json" };
import { findVersion } from "./versions/repo.ts";

/** The description of every function's interface, for anyone. `deno task gen` writes it. */
const everything = publicRoute({
  method: "get",
  path: "/openapi.json",
  summary: "Describe every route of every function as one OpenAPI document",
  accept: z.object({}),
  access: "public",
  budget: "read",
  reply: z.looseObject({}),
}, () => Promise.resolve(document));

const one = route({
  method: "get",
  path: "/:name/openapi.json",
  summary: "Describe an agent's published version as an OpenAPI document of its own",
  accept: z.object({ params: ByName }),
  needs: "agents:read",
  budget: "read",
  reply: z.looseObject({}),
}, async ({ params: { name } }, { db, caller: { userId } }) => {
  const agent = await findAgent(db, userId, name);
  const version = await findVersion(db, userId, { name, version: agent.current_version });
  return describeAgent(readDocument(document), agent, version);
});

/** The interface, described for programs. */
export const openapi: readonly Route[] = [everything, one];
