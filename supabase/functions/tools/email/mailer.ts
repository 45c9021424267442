import type { Moved } from "../../_shared/egress/egress.ts";

/** A file that goes with a message: its name, its type as found out, its bytes. */
export interface MailFile {
  filename: string;
  type: string;
  base64: string;
}

/** A message that has been checked. */
export interface Mail {
  to: readonly string[];
  cc: readonly string[];
  bcc: readonly string[];
  replyTo: string | undefined;
  subject: string;
  text: string;
  files: readonly MailFile[];
  /** More headers, of ours. */
  headers: Readonly<Record<string, string>>;
}

/** What becomes of messages. */
export interface Mailer {
  /**
   * Hands a message over, once for each `key`, and gives the id it has there. Throws `ToolRefusal`;
   * {@link MailRefused} where it surely was not sent.
   */
  send(mail: Mail, key: string, signal: AbortSignal): Promise<Moved & { id: string }>;
}
