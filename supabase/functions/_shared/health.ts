import * as z from "zod";
import { publicRoute } from "./route.ts";
import { VERSION } from "./version.ts";

/** What a function says of itself to anybody: nothing that helps who should not be here. */
export const Health = z.object({
  status: z.enum(["ok", "degraded", "unavailable"])
    .meta({ description: "`degraded`: it works without something. `unavailable`: it does not" }),
  version: z.string().max(64),
  checks: z.record(z.string().max(64), z.enum(["ok", "down"]))
    .meta({ description: "What the function depends on, as it was some seconds ago at most" }),
  api_keys: z.boolean().meta({ description: "Whether API keys can be used here" }),
}).meta({ id: "Health" });

/** How it stands with the function and what is behind it. */
export const health = publicRoute({
  method: "get",
  path: "/health",
  summary: "Say whether the function works, and what it depends on; 503 with the same body if not",
  accept: z.object({}),
  access: "public",
  budget: "read",
  reply: Health,
}, async (_, { checks, signer }) => {
  const found = await checks.look();
  const body: z.infer<typeof Health> = {
    status: found.status,
    version: VERSION,
    checks: found.checks,
    api_keys: signer !== undefined,
  };
  return found.status === "unavailable" ? Response.json(body, { status: 503 }) : body;
});
