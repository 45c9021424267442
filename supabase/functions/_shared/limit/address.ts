/** Stands for every client whose address cannot be told: they share a budget, and are not blocked. */
export const UNKNOWN = "unknown";

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const LEADING_ZERO = /(?:^|\.)0\d/;
const IPV6 = /^[0-9a-f:.]{2,45}$/i;

/**
 * The client's address from the one header that the operator trusts, and from nowhere else. Of an
 * IPv6 address the first 64 bits, which is what one customer gets; an IPv4 address in the clothes
 * of IPv6 is itself; what is no address is `unknown`. Absent where addresses are switched off.
 */
export function addressOf(headers: Headers, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  return normalAddress(headers.get(name)?.trim() ?? "") ?? UNKNOWN;
}

/** The one spelling of an address that counts are kept under, or nothing for what is none. */
export function normalAddress(spelled: string): string | undefined {
  const text = spelled.endsWith("::/64") ? spelled.slice(0, -3) : spelled;
  if (IPV4.test(text)) return LEADING_ZERO.test(text) ? undefined : text;
  if (!text.includes(":") || !IPV6.test(text)) return undefined;
  const url = URL.parse(`http://[${text}]/`);
  return url === null ? undefined : network(groups(url.hostname.slice(1, -1)));
}

/** The eight groups of an IPv6 address that a URL has spelled. */
function groups(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const read = (part: string) => part === "" ? [] : part.split(":").map((hex) => parseInt(hex, 16));
  if (tail === undefined) return read(head);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function network(all: number[]): string {
  const [seventh = 0, eighth = 0] = all.slice(6);
  if (all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff) {
    return [seventh >> 8, seventh & 255, eighth >> 8, eighth & 255].join(".");
  }
  return `${all.slice(0, 4).map((group) => group.toString(16)).join(":")}::/64`;
}
