import { hostOf, matchesHost } from "../../_shared/policy/match.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { clean } from "../../_shared/untrusted/clean.ts";
import type { EmailArgs } from "./schema.ts";

/** All who get a message, in lower case. */
export function recipientsOf({ to, cc, bcc }: Pick<EmailArgs, "to" | "cc" | "bcc">): string[] {
  return [...to, ...cc, ...bcc].map((address) => address.toLowerCase());
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

const MAX_LINK = 2_048;
/** Whatever some reader of plain text makes a link of, one within another too, */
const LINKS = new RegExp(`(?=(https?:[^\\s<>"]{1,${MAX_LINK}}))https?:`, "gi");
/** what ends the sentence around it, */
const AROUND: ReadonlySet<string> = new Set(")]}.,;:!?*_'’”»…");
/** and the one way in which a link may begin: nothing before its name, and no other slashes. */
const BEGINNING = /^https?:\/\/[\p{L}\p{M}\p{N}.-]+(?::\d{1,5})?(?:[/?#]|$)/iu;

/**
 * Throws `content_denied` for what only a message that deceives has: text that is not seen, links
 * with credentials, links of more than 2,048 characters, or to something that is no public name.
 */
export function checkContent({ subject, text }: EmailArgs): void {
  if (clean(subject).hidden || clean(text).hidden) {
    throw new ToolRefusal("content_denied", "The message has characters that nobody can see.");
  }
  for (const [, link = ""] of text.matchAll(LINKS)) {
    if (link.length <= MAX_LINK && isPlain(withoutEnd(link))) continue;
    throw new ToolRefusal("content_denied", "The message has a link that hides where it leads.");
  }
}

function isPlain(link: string): boolean {
  if (/^https?$/i.test(link)) return true; // no link: the word before a colon
  const url = URL.parse(link);
  return url !== null && BEGINNING.test(link) && !link.includes("\\") &&
    url.username + url.password === "" && hostOf(url.hostname) !== undefined;
}

/** One step for each character: a pattern that ends in `$` would begin again at every one. */
function withoutEnd(link: string): string {
  let end = link.length;
  while (end > 0 && AROUND.has(link.charAt(end - 1))) end--;
  return link.slice(0, end);
}

function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return hostOf(domain) ?? domain.toLowerCase();
}
