import { importJWK, SignJWT } from "jose";
import type { RunnerSettings } from "./env.ts";
import { createMac } from "./mac.ts";
import type { Claim } from "./sandbox/engine.ts";
import { toWire } from "./sandbox/remote/wire.ts";

const LIFE = "30 s";

/**
 * Signs run tokens: a runner may execute this one run, once, within these limits, for the next 30
 * seconds. Whose run it is it learns as a mark that means nothing to anybody else, so that it can
 * take turns between tenants.
 */
export function createRunTokens(
  { key, audience }: Omit<RunnerSettings, "url">,
): (claim: Claim) => Promise<string> {
  const tenants = createMac(key.d, "tenant");
  let signing: ReturnType<typeof importJWK> | undefined;
  const header = { alg: key.alg, ...(key.kid !== undefined && { kid: key.kid }) };
  return async ({ run, tenant, limits }) =>
    await new SignJWT({ limits: toWire(limits) })
      .setProtectedHeader(header)
      .setIssuer("cloister")
      .setAudience(audience)
      .setJti(run)
      .setSubject(await tenants.sign(tenant))
      .setIssuedAt()
      .setExpirationTime(LIFE)
      .sign(await (signing ??= importJWK(key)));
}
