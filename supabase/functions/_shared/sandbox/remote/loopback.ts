const LOOPBACK = /^(127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|::1|\[::1\]|localhost)$/;

/**
 * Whether a host, as an address, a name or a URL spells it, is this machine and no other. What is
 * not known to be is taken for foreign.
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
