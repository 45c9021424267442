import * as z from "zod";
import { text } from "../../_shared/schema.ts";

/** A bare address in ASCII: no name, no quotes, no comment, nothing that a header could end with. */
export const Address = z.string().max(254).regex(
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9.-]+$/i,
  "must be a bare address like someone@example.com",
);

const MAX_RECIPIENTS = 20;

const Addresses = z.union([Address.transform((one) => [one]), Address.array()])
  .pipe(Address.array().max(MAX_RECIPIENTS));

const Attachment = z.strictObject({
  filename: z.string().regex(
    /^[\p{L}\p{N}_(-][\p{L}\p{N}_() -]{0,80}\.[a-z0-9]{1,10}$/u,
    "must be a plain name with an extension",
  ),
  content_base64: z.base64().min(1),
});
export type Attachment = z.infer<typeof Attachment>;

interface Recipients {
  to: string[];
  cc: string[];
  bcc: string[];
}

/** Everybody once, in upper or lower case, where they are named first: one person is one message. */
function eachOnce<Message extends Recipients>(message: Message): Message {
  const seen = new Set<string>();
  const first = (address: string) => {
    const known = seen.has(address.toLowerCase());
    seen.add(address.toLowerCase());
    return !known;
  };
  const to = message.to.filter(first);
  const cc = message.cc.filter(first);
  return { ...message, to, cc, bcc: message.bcc.filter(first) };
}

/** A message as a program writes it. Who sends it, is the operator's word. */
export const EmailArgs = z.strictObject({
  to: Addresses.refine((list) => list.length > 0, "needs somebody"),
  cc: Addresses.default([]),
  bcc: Addresses.default([]),
  reply_to: Address.optional(),
  subject: z.string().min(1).max(200)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, "must be one line without control characters"),
  text: text(100_000).min(1),
  attachments: z.array(Attachment).max(5).default([]),
}).refine(({ to, cc, bcc }) => to.length + cc.length + bcc.length <= MAX_RECIPIENTS, {
  path: ["to"],
  error: `has more than ${MAX_RECIPIENTS} recipients with cc and bcc`,
}).transform(eachOnce);
export type EmailArgs = z.infer<typeof EmailArgs>;
