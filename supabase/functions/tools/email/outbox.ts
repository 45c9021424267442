import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { messageText } from "./message.ts";
import type { Mailer } from "./mailer.ts";

/** A folder in which messages end as `.eml` files, for a laptop: nothing leaves it. */
export function createOutbox({ directory, from }: { directory: string; from: string }): Mailer {
  return {
    async send(mail, id) {
      const bytes = new TextEncoder().encode(messageText(mail, { id, from, date: new Date() }));
      try {
        await Deno.mkdir(directory, { recursive: true });
        await Deno.writeFile(`${directory}/${id}.eml`, bytes, { createNew: true, mode: 0o600 });
      } catch (cause) {
        throw new ToolRefusal("upstream_failed", "The outbox cannot be written.", { cause });
      }
      return { id, bytesIn: 0, bytesOut: bytes.length };
    },
  };
}
