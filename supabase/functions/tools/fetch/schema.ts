import * as z from "zod";
import { Method } from "../../_shared/policy/schema.ts";

/** What a request may take, all redirects included. */
export const MAX_TIMEOUT_MS = 30_000;

const Headers = z.record(z.string().max(128), z.string().max(8_192))
  .refine((headers) => Object.keys(headers).length <= 64, "at most 64 headers");

/** The arguments of `fetch`. */
export const FetchArgs = z.strictObject({
  url: z.string().min(1).max(8_192),
  method: z.string().max(16).toUpperCase().pipe(Method).default("GET"),
  headers: Headers.default({}),
  body: z.string().optional(),
  body_base64: z.base64().optional(),
  timeout_ms: z.int().min(1).max(MAX_TIMEOUT_MS).default(10_000),
  redirect: z.enum(["follow", "manual", "error"]).default("follow"),
}).refine(
  ({ body, body_base64 }) => body === undefined || body_base64 === undefined,
  { path: ["body"], error: "is either text or base64" },
).refine(
  ({ method, body, body_base64 }) =>
    (body ?? body_base64) === undefined || (method !== "GET" && method !== "HEAD"),
  { path: ["body"], error: "does not go with GET and HEAD" },
);
export type FetchArgs = z.infer<typeof FetchArgs>;

/** What `fetch` answers. */
export const FetchValue = z.strictObject({
  url: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  encoding: z.enum(["utf8", "base64"]),
  redirected: z.boolean(),
});
export type FetchValue = z.infer<typeof FetchValue>;
