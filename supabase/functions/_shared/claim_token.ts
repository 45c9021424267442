import { base64url } from "jose";
import * as z from "zod";
import { createMac } from "./mac.ts";
import { WireLimits } from "./sandbox/remote/wire.ts";

const Claimed = z.strictObject({
  runner: z.uuid(),
  run: z.uuid(),
  claim: z.uuid(),
  attempt: z.int().min(1),
  limits: WireLimits,
  request: z.string().max(200),
});

/** A run that was given to a runner: which attempt at it, and within which limits. */
export type Claimed = z.infer<typeof Claimed>;

/** Marks of runs that were given to runners: made where runs are given, and believed there alone. */
export interface ClaimTokens {
  issue(claimed: Claimed): Promise<string>;
  /** What a mark says; undefined when it is none of ours. */
  read(token: string): Promise<Claimed | undefined>;
  /** A mark of a user that tells runners whose turn it is, and not who that is. */
  tenant(userId: string): Promise<string>;
}

/**
 * Claim tokens under the project's secret key: `cl_<claims>.<HMAC>`. One is good for as long as the
 * database holds the claim for this runner. The run's limits are in it, so that a runner cannot give
 * itself others.
 */
export function createClaimTokens(secret: string): ClaimTokens {
  const mac = createMac(secret, "run_claim");
  const tenants = createMac(secret, "tenant");
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    tenant: (userId) => tenants.sign(userId),
    async issue(claimed) {
      const text = base64url.encode(encoder.encode(JSON.stringify(claimed)));
      return `cl_${text}.${await mac.sign(text)}`;
    },
    async read(token) {
      const [, text, mark] = /^cl_([\w-]{1,2000})\.([\w-]{43})$/.exec(token) ?? [];
      if (text === undefined || mark === undefined || !await mac.verify(text, mark)) {
        return undefined;
      }
      return Claimed.parse(JSON.parse(decoder.decode(base64url.decode(text))));
    },
  };
}
