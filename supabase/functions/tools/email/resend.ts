import * as z from "zod";
import type { Egress } from "../../_shared/egress/egress.ts";
import { ask, readJson, refusalOf, type Upstream } from "../../_shared/upstream.ts";
import type { Mail, Mailer } from "./mailer.ts";
import { MailRefused } from "./refused.ts";

const Reply = z.object({ id: z.string().max(200) });
const TIMEOUT_MS = 20_000;
const MAX_BYTES = 64 * 1_024;

/** How messages reach Resend. */
export interface ResendOptions {
  url: string;
  key: string;
  from: string;
  timeoutMs?: number;
}

/** Submission by the HTTP interface of Resend, or of whoever speaks as it does. */
export function createResend(
  egress: Egress,
  { url, key, from, timeoutMs = TIMEOUT_MS }: ResendOptions,
): Mailer {
  const headers = { authorization: `Bearer ${key}` };
  const upstream: Upstream = { name: "resend", url, headers, secrets: [key] };
  return {
    async send(mail, id, signal) {
      const response = await ask({ egress, upstream, signal }, {
        method: "POST",
        path: "/emails",
        headers: { "idempotency-key": id },
        body: bodyOf(mail, from),
        timeoutMs,
        maxBytes: MAX_BYTES,
      });
      if (response.status >= 300) {
        const refusal = await refusalOf(upstream, response);
        if (response.status >= 500) throw refusal;
        throw new MailRefused(refusal.code, refusal.message, refusal.until);
      }
      return { ...await readJson(upstream, response, Reply), ...response.moved() };
    },
  };
}

function bodyOf({ to, cc, bcc, replyTo, subject, text, files, headers }: Mail, from: string) {
  return {
    from,
    to,
    ...(cc.length > 0 && { cc }),
    ...(bcc.length > 0 && { bcc }),
    ...(replyTo !== undefined && { reply_to: replyTo }),
    subject,
    text,
    headers,
    ...(files.length > 0 && {
      attachments: files.map(({ filename, type, base64 }) => ({
        filename,
        content: base64,
        content_type: type,
      })),
    }),
  };
}
