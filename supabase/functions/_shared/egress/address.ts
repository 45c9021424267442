import ipaddr from "ipaddr.js";

/** Addresses within public blocks that clouds answer metadata on. */
const METADATA: readonly string[] = ["168.63.129.16"];
/** What the last 64 bits of an ISATAP address begin with: an IPv4 address follows. */
const ISATAP_GROUP = 0x5efe;

/**
 * Whether an address is one of the Internet: nothing that IANA set aside (private, loopback,
 * link-local, shared, documentation…), no IPv4 address inside of an IPv6 one, no metadata service.
 * False for what is not an address in its one usual form.
 */
export function isPublicAddress(text: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ipaddr.IPv4.parse(text).range() === "unicast" && !METADATA.includes(text);
  }
  if (text.includes("%") || !text.includes(":") || !ipaddr.IPv6.isValid(text)) return false;
  const address = ipaddr.IPv6.parse(text);
  const [first = 0, , , , fifth = 0, sixth] = address.parts;
  const isatap = sixth === ISATAP_GROUP && (fifth === 0 || fifth === 0x200);
  return address.range() === "unicast" && first >> 13 === 1 && !isatap;
}
