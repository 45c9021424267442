import * as z from "zod";
import { publicRoute } from "../_shared/route.ts";
import document from "./openapi.json" with { type: "json" };

/** The description of every function's interface, for anyone. `deno task gen` writes it. */
export const openapi = publicRoute({
  method: "get",
  path: "/openapi.json",
  summary: "This document",
  accept: z.object({}),
  access: "public",
  budget: "read",
  reply: z.looseObject({}),
}, () => Promise.resolve(document));
