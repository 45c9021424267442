import { toBase64 } from "../../_shared/base64.ts";
import { utf8Bytes } from "../../_shared/json.ts";
import type { Mail, MailFile } from "./mailer.ts";

/** What a message is given on its way. */
export interface Envelope {
  id: string;
  from: string;
  date: Date;
}

const MAX_WORD_BYTES = 45;

/**
 * A message as RFC 5322 and MIME have it. Every value of a header is ASCII without line ends here:
 * addresses are by their schema, all else is encoded.
 */
export function messageText(mail: Mail, { id, from, date }: Envelope): string {
  const head = {
    "Date": date.toUTCString().replace("GMT", "+0000"),
    "Message-ID": `<${id}@cloister.invalid>`,
    "From": from,
    "To": mail.to.join(", "),
    "Cc": mail.cc.join(", "),
    "Bcc": mail.bcc.join(", "),
    "Reply-To": mail.replyTo ?? "",
    "Subject": encodeWords(mail.subject),
    ...mail.headers,
    "MIME-Version": "1.0",
  };
  const lines = Object.entries(head).filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`);
  const text = part("text/plain; charset=utf-8", encoded(mail.text.replace(/\r?\n/g, "\r\n")));
  if (mail.files.length === 0) return [...lines, ...text].join("\r\n");
  const edge = `=_${id}`;
  const parts = [text, ...mail.files.map(filePart)];
  return [
    ...lines,
    `Content-Type: multipart/mixed; boundary="${edge}"`,
    "",
    ...parts.flatMap((each) => [`--${edge}`, ...each]),
    `--${edge}--`,
    "",
  ].join("\r\n");
}

function filePart({ filename, type, base64 }: MailFile): string[] {
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`;
  return [`Content-Disposition: ${disposition}`, ...part(type, base64)];
}

function part(type: string, base64: string): string[] {
  const body = base64.match(/.{1,76}/g) ?? [];
  return [`Content-Type: ${type}`, "Content-Transfer-Encoding: base64", "", ...body];
}

/** RFC 2047: words of at most 75 characters, none of which cuts a character. */
function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("=?")) return text;
  const words = [""];
  for (const char of text) {
    const last = words.at(-1) ?? "";
    if (utf8Bytes(last + char) > MAX_WORD_BYTES) words.push(char);
    else words[words.length - 1] = last + char;
  }
  return words.map((word) => `=?utf-8?B?${encoded(word)}?=`).join("\r\n ");
}

function encoded(text: string): string {
  return toBase64(new TextEncoder().encode(text));
}
