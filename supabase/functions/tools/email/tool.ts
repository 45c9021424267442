import type { Amount } from "../../_shared/policy/budget.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { defineTool, type Tool } from "../calls/tool.ts";
import { type Examine, openFiles } from "./files.ts";
import type { Mailer } from "./mailer.ts";
import { MailRefused } from "./refused.ts";
import { checkContent, checkRecipients, domainsOf, recipientsOf } from "./rules.ts";
import { EmailArgs } from "./schema.ts";

/** What the tool is made of. */
export interface EmailToolDeps {
  /** Undefined where this deployment sends nothing. */
  mailer: Mailer | undefined;
  /** Looks at attachments. */
  examine: Examine;
}

/**
 * `email`: one message in plain text, from the operator's own address, to people in domains that
 * are granted. Each recipient counts, in the day of the agent and in that of its owner.
 */
export function createEmailTool({ mailer, examine }: EmailToolDeps): Tool {
  return defineTool({
    name: "email",
    grant: "email",
    args: EmailArgs,
    plan: (args) => ({
      target: domainsOf(args).join(","),
      summary: summaryOf(args),
      whole: ["to", "cc", "bcc", "reply_to", "subject", "files"],
      check({ domains }) {
        checkRecipients(args, domains);
        checkContent(args);
      },
      amounts: ({ max_messages_per_day }, whose): Amount[] => [{
        scope: whose === "policy" ? "agent" : "user",
        what: "email_messages",
        amount: recipientsOf(args).length,
        most: max_messages_per_day,
      }],
    }),
    async perform(args, { call, run, signal }) {
      try {
        if (mailer === undefined) {
          throw new MailRefused("unavailable", "This deployment sends no messages.");
        }
        const { to, cc, bcc, reply_to: replyTo, subject, text } = args;
        const files = await openFiles(args.attachments, examine, signal);
        const headers = { "X-Cloister-Agent": run.agentName, "X-Cloister-Run": run.id };
        const mail = { to, cc, bcc, replyTo, subject, text, files, headers };
        const { id, bytesIn, bytesOut } = await mailer.send(mail, call, signal);
        return { value: { id, recipients: recipientsOf(args).length }, bytesIn, bytesOut };
      } catch (thrown) {
        throw thrown instanceof MailRefused ? unsent(thrown) : thrown;
      }
    },
  });
}

function summaryOf({ to, cc, bcc, reply_to, subject, text, attachments }: EmailArgs): unknown {
  const files = attachments.map(({ filename }) => filename);
  return { to, cc, bcc, reply_to, subject, text, files };
}

/** What was surely not sent does not count. */
function unsent({ code, message, cause, until }: MailRefused): ToolRefusal {
  const spent = [
    { scope: "agent", what: "email_messages", amount: 0 },
    { scope: "user", what: "email_messages", amount: 0 },
  ] as const;
  return new ToolRefusal(code, message, { cause, ...until, spent });
}
