import dns from "node:dns";
import { isIP } from "node:net";
import { ToolRefusal } from "../policy/refusal.ts";
import { isPublicAddress } from "./address.ts";

/** All addresses of a name, v4 and v6, in the order to try them. Rejects where there are none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** More of them are not tried. */
const MOST_ADDRESSES = 3;

/** Asks the system, as everything else in the process does. A dot at a name's end is kept. */
export const resolveSystem: Resolve = async (name) => {
  const found = await dns.promises.lookup(name, { all: true });
  return found.map(({ address }) => address);
};

/**
 * The addresses that a connection for the URL may be made to, from one single answer. One address
 * in it that is not the Internet's condemns them all, unless the origin was declared private.
 * Throws `ToolRefusal`: `address_denied` or `upstream_failed`.
 */
export async function findAddresses(
  { hostname }: URL,
  isPrivate: boolean,
  resolve: Resolve,
): Promise<readonly string[]> {
  const literal = hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(literal) === 0
    ? await ask(isPrivate ? hostname : `${hostname}.`, resolve)
    : [literal];
  if (!isPrivate && !addresses.every(isPublicAddress)) {
    throw new ToolRefusal("address_denied", "The host is not on the Internet.");
  }
  return addresses.slice(0, MOST_ADDRESSES);
}

async function ask(name: string, resolve: Resolve): Promise<readonly string[]> {
  const addresses = await resolve(name).catch((cause: unknown) => {
    throw new ToolRefusal("upstream_failed", "The host's name does not resolve.", { cause });
  });
  if (addresses.length > 0) return addresses;
  throw new ToolRefusal("upstream_failed", "The host's name has no address.");
}
