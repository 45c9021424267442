import { hostOf, matchesHost } from "../../_shared/policy/match.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { clean } from "../../_shared/untrusted/clean.ts";
import type { EmailArgs } from "./schema.ts";

/** All who get a message, each once: one person in two lists is one message. */
export function recipientsOf({ to, cc, bcc }: EmailArgs): string[] {
  return [...new Set([...to, ...cc, ...bcc].map((address) => address.toLowerCase()))];
}

/** The domains that a message goes to, in their one form, sorted. */
export function domainsOf(args: EmailArgs): string[] {
  return [...new Set(recipientsOf(args).map(domainOf))].sort();
}

/** Throws `recipient_denied` for anybody outside of the domains, whoever answers included. */
export function checkRecipients(args: EmailArgs, domains: readonly string[]): void {
  const everybody = [...recipientsOf(args), ...(args.reply_to ? [args.reply_to] : [])];
  for (const address of everybody) {
    const domain = domainOf(address);
    if (domains.some((pattern) => matchesHost(pattern, domain))) continue;
    throw new ToolRefusal("recipient_denied", `Messages to ${domain} are not granted.`);
  }
}

/** Links, as readers of plain text make them, */
const LINKS = /\bhttps?:\/\/[^\s<>"']+/gi;
/** and what ends the sentence around them. */
const AROUND = /[)\]}.,;:!?*_]+$/;

/**
 * Throws `content_denied` for what only a message that deceives has: text that is not seen, links
 * with credentials, or to something that is no public name.
 */
export function checkContent({ subject, text }: EmailArgs): void {
  if (clean(subject).hidden || clean(text).hidden) {
    throw new ToolRefusal("content_denied", "The message has characters that nobody can see.");
  }
  for (const [link] of text.matchAll(LINKS)) {
    const url = URL.parse(link.replace(AROUND, ""));
    if (url !== null && url.username + url.password === "" && hostOf(url.hostname) !== undefined) {
      continue;
    }
    throw new ToolRefusal("content_denied", "The message has a link that hides where it leads.");
  }
}

function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return hostOf(domain) ?? domain.toLowerCase();
}
