import * as z from "zod";
import { publicRoute } from "./route.ts";
import { VERSION } from "./version.ts";

const Count = z.int().min(0);

/** What a function says of itself to anybody: nothing that helps who should not be here. */
export const Health = z.object({
  status: z.literal("ok"),
  version: z.string().max(64),
  limiter: z.object({
    store: z.enum(["upstash", "postgres"]),
    failed_open: Count.meta({ description: "Reads that only this isolate counted" }),
    failed_closed: Count.meta({ description: "Requests refused because nobody could count" }),
  }),
  api_keys: z.boolean().meta({ description: "Whether API keys can be used here" }),
}).meta({ id: "Health" });

/** That the function is up, and which limiter and which credentials are at work. */
export const health = publicRoute({
  method: "get",
  path: "/health",
  summary: "Say that the function is up, and what guards it",
  accept: z.object({}),
  access: "public",
  budget: "read",
  reply: Health,
}, (_, { limits, signer }): Promise<z.infer<typeof Health>> =>
  Promise.resolve({
    status: "ok",
    version: VERSION,
    limiter: limits.health(),
    api_keys: signer !== undefined,
  }));
