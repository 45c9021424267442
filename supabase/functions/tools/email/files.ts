import { fromBase64 } from "../../_shared/base64.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { FileRefusal } from "../../_shared/workspace/refusal.ts";
import { BINARY } from "../../_shared/workspace/types.ts";
import type { MailFile } from "./mailer.ts";
import { MailRefused } from "./refused.ts";
import type { Attachment } from "./schema.ts";

/** Tells the type of a content by what is in it. Throws `FileRefusal` where nobody may have it. */
export type Examine = (name: string, bytes: Uint8Array, signal: AbortSignal) => Promise<string>;

const OFFICE = "application/vnd.openxmlformats-officedocument";
/** What people open without a second thought, so that nothing in it runs or hides. */
const SENT: ReadonlySet<string> = new Set([
  "text/plain",
  "text/csv",
  "text/markdown",
  "text/calendar",
  "text/tab-separated-values",
  "application/json",
  "application/pdf",
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  `${OFFICE}.wordprocessingml.document`,
  `${OFFICE}.spreadsheetml.sheet`,
  `${OFFICE}.presentationml.presentation`,
  "application/vnd.oasis.opendocument.text",
  "application/vnd.oasis.opendocument.spreadsheet",
]);

/** The extensions that they have: what a system does with any other, nobody here knows. */
const NAMES: ReadonlySet<string> = new Set([
  ...["txt", "log", "csv", "tsv", "md", "json", "ics"],
  ...Object.values(BINARY).filter(({ type }) => SENT.has(type)).flatMap(({ names }) => names),
]);

/** The files of a message, each of the type that its name and its content agree on. */
export async function openFiles(
  attachments: readonly Attachment[],
  examine: Examine,
  signal: AbortSignal,
): Promise<MailFile[]> {
  return await Promise.all(attachments.map(async ({ filename, content_base64: base64 }) => {
    const extension = filename.slice(filename.lastIndexOf(".") + 1);
    if (!NAMES.has(extension)) {
      throw new MailRefused("type_denied", `${filename}: nothing is sent as .${extension}.`);
    }
    const type = await typeOf(filename, fromBase64(base64), { examine, signal });
    if (SENT.has(type)) return { filename, type, base64 };
    throw new MailRefused("type_denied", `${filename}: nothing that is ${type} is sent.`);
  }));
}

async function typeOf(
  filename: string,
  bytes: Uint8Array,
  { examine, signal }: { examine: Examine; signal: AbortSignal },
): Promise<string> {
  try {
    return await examine(filename, bytes, signal);
  } catch (thrown) {
    if (thrown instanceof FileRefusal) throw refusalOf(thrown, filename);
    throw thrown;
  }
}

function refusalOf({ flaw, message }: FileRefusal, filename: string): ToolRefusal {
  const code = flaw === "type_denied" || flaw === "infected" ? flaw : "unavailable";
  return new MailRefused(code, `${filename}: ${message}`);
}
