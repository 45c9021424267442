import * as z from "zod";
import { type FakeService, type Heard, serveFake } from "./service.ts";

/** The key that the fake takes. */
export const RESEND_KEY = "re_0123456789abcdef";

const Many = z.union([z.string(), z.string().array().max(50)]);
const Body = z.strictObject({
  from: z.string(),
  to: Many,
  cc: Many.optional(),
  bcc: Many.optional(),
  reply_to: Many.optional(),
  subject: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  attachments: z.array(z.strictObject({
    filename: z.string(),
    content: z.base64(),
    content_type: z.string().optional(),
  })).optional(),
});

/** Resend's `POST /emails`, with idempotency keys. */
export function startResend(): FakeService {
  const sent = new Map<string, { id: string; body: string }>();
  return serveFake({
    error: { statusCode: 500, name: "application_error", message: "Something went wrong" },
    answer: (heard) => respond(heard, sent),
  });
}

function respond(
  { method, path, headers, body }: Heard,
  sent: Map<string, { id: string; body: string }>,
): Response {
  if (method !== "POST" || path !== "/emails") return refusal(404, "not_found");
  if (headers["authorization"] !== `Bearer ${RESEND_KEY}`) return refusal(403, "invalid_api_key");
  const parsed = Body.safeParse(body);
  if (!parsed.success) return refusal(422, "missing_required_field");
  const key = headers["idempotency-key"] ?? crypto.randomUUID();
  const text = JSON.stringify(parsed.data);
  const before = sent.get(key);
  if (before !== undefined && before.body !== text) {
    return refusal(409, "invalid_idempotent_request");
  }
  const { id } = before ?? { id: crypto.randomUUID() };
  sent.set(key, { id, body: text });
  return Response.json({ id });
}

function refusal(statusCode: number, name: string): Response {
  return Response.json({ statusCode, name, message: name }, { status: statusCode });
}
