import { ToolRefusal } from "./refusal.ts";

const NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names that never lead to the Internet: RFC 6761, 6762, 7686, 8375, 9476 and ICANN's `internal`. */
const LOCAL = /\.(?:localhost|local|internal|home\.arpa|onion|test|invalid|alt)$/;
/** What URL parsers drop or turn round without a word. */
const UNCLEAR = /[\s\\\p{Cc}]/u;
/** What servers trim or leave out before they look for `.` and `..`. */
const UNSEEN = /[\s\p{Cf}]/gu;
const DOTS = /^\.+$/;
const UNRESERVED = /[\w.~-]/;

/**
 * Whether a name is one that a pattern of `HostPattern` is for: `api.example.com` for itself,
 * `*.example.com` for exactly one label more, `**.example.com` for one or more, `**` for every
 * public name. An address, a single label, or a name such as `x.internal` matches nothing.
 */
export function matchesHost(pattern: string, host: string): boolean {
  const name = hostOf(host);
  if (name === undefined) return false;
  if (pattern === "**") return true;
  if (!pattern.startsWith("*")) return name === pattern;
  const suffix = pattern.slice(pattern.indexOf("."));
  if (!name.endsWith(suffix)) return false;
  const more = name.slice(0, -suffix.length);
  return more !== "" && (pattern.startsWith("**") || !more.includes("."));
}

/** A public name in its one form: ASCII, lower case, no dot at its end; undefined for all else. */
export function hostOf(host: string): string | undefined {
  if (UNCLEAR.test(host) || /[/?#@:[\]]/.test(host)) return undefined;
  const parsed = URL.parse(`https://${host}/`);
  const name = parsed?.hostname.replace(/\.$/, "") ?? "";
  return name.length <= 253 && NAME.test(name) && !LOCAL.test(name) ? name : undefined;
}

/**
 * Whether a path is one that a pattern is for: `*` stands for one segment, `**` at the end for all
 * that is left. A path that servers read in more than one way (`%2f`, `//`, `..;`, `..%20`, `%252e`,
 * dots of other widths, overlong bytes) matches `/**` alone, where nothing is kept from it.
 */
export function matchesPath(pattern: string, path: string): boolean {
  if (pattern === "/**") return true;
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  if (given.some(isAmbiguous) || given.slice(0, -1).includes("")) return false;
  const open = wanted.at(-1) === "**";
  if (open) wanted.pop();
  if (open ? given.length <= wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, at) => segment === "*" ? given[at] !== "" : segment === given[at]);
}

/**
 * A URL in its one form: no fragment, no dot at the name's end, percent-encoding only where it
 * means something. Throws `ToolRefusal` (`invalid_arguments`) unless it is `http` or `https`,
 * without credentials, and every parser reads the same in it.
 */
export function readTarget(text: string): URL {
  if (UNCLEAR.test(text)) throw refusal("must have no blanks, controls or backslashes");
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text)) {
    throw refusal("must be absolute, https or http");
  }
  if (url.username !== "" || url.password !== "") throw refusal("must have no credentials");
  url.hash = "";
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.replace(/\.$/, "");
  url.pathname = normal(url.pathname);
  return url;
}

function refusal(what: string): ToolRefusal {
  return new ToolRefusal("invalid_arguments", `url: ${what}`);
}

function segmentsOf(path: string): string[] {
  return normal(path).split("/").slice(1);
}

/** Unreserved characters as themselves, all other escapes in upper case: RFC 3986, 6.2.2. */
function normal(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (escape, hex) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(char) ? char : escape.toUpperCase();
  });
}

function isAmbiguous(segment: string): boolean {
  const decoded = decode(segment);
  if (decoded === undefined) return true;
  const read = decoded.normalize("NFKC");
  const [name = ""] = read.split(";");
  if (DOTS.test(name.replace(UNSEEN, ""))) return true;
  return /[/\\\p{Cc}]|%[0-9a-f]{2}/iu.test(read);
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
