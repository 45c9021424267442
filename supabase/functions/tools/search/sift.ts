import { hostOf, matchesHost } from "../../_shared/policy/match.ts";
import { cleanLine } from "../../_shared/untrusted/clean.ts";
import { type Flag, suspect } from "../../_shared/untrusted/suspect.ts";
import type { Found } from "./engine.ts";

/** A result as programs see it: one line each, nothing hidden, and what is suspicious about it. */
export interface Result {
  title: string;
  url: string;
  snippet: string;
  published: string | null;
  flags: Flag[];
}

/** What of the findings is kept. */
export interface Sifted {
  results: Result[];
  /** How many were not: no address of the web, blocked, or there already. */
  dropped: number;
}

const MAX_TITLE = 300;
const MAX_SNIPPET = 2_000;
const MAX_URL = 2_000;

/**
 * Makes results of findings: only public `https` and `http` addresses without credentials, none of
 * a blocked host, each once, in the engine's order.
 */
export function sift(
  found: readonly Found[],
  { blocked, max }: { blocked: readonly string[]; max: number },
): Sifted {
  const results = new Map<string, Result>();
  let dropped = 0;
  for (const each of found) {
    const url = addressOf(each.url, blocked);
    if (url === undefined || results.has(url)) dropped++;
    else if (results.size < max) results.set(url, resultOf(each, url));
  }
  return { results: [...results.values()], dropped };
}

/** The address in its one form, or undefined where nobody should be led there. */
function addressOf(text: string, blocked: readonly string[]): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || text.length > MAX_URL) return undefined;
  if (url.username !== "" || url.password !== "" || hostOf(url.hostname) === undefined) {
    return undefined;
  }
  if (blocked.some((pattern) => matchesHost(pattern, url.hostname))) return undefined;
  url.hash = "";
  return url.href;
}

function resultOf({ title, snippet, published }: Found, url: string): Result {
  const head = cleanLine(plain(title), MAX_TITLE);
  const body = cleanLine(plain(snippet), MAX_SNIPPET);
  return {
    title: head.text,
    url,
    snippet: body.text,
    published: published === undefined ? null : cleanLine(published, 40).text,
    flags: suspect(`${head.text}\n${body.text}`, head.hidden || body.hidden),
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** Text of what engines mark up. What tags were hidden as entities stays text: nobody renders it. */
function plain(html: string): string {
  return html.slice(0, 20_000).replace(/<\/?[a-z][^<>]{0,200}>/gi, "")
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (all, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? all;
      const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    });
}
