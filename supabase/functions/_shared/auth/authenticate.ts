import { decodeJwt } from "jose";
import type { RequestContext } from "../context.ts";
import type { Env } from "../env.ts";
import { Fault } from "../fault.ts";
import type { Service } from "../service.ts";
import type { Authenticate } from "./caller.ts";
import { readCredential } from "./credential.ts";
import { createExchange } from "./exchange.ts";
import { createIssuers } from "./issuers.ts";
import { createSessions, type VerifyDeps } from "./session.ts";
import type { Signer } from "./signer.ts";

/** What authenticating needs from outside. */
export interface AuthenticateDeps extends VerifyDeps {
  service(context?: RequestContext): Service;
  /** Undefined where the project's signing key is not ours to use. */
  signer: Signer | undefined;
}

/**
 * The one door: a session of the project, an API key, or a token of a trusted issuer. Which of the
 * verifiers a token goes to is its own claim; what it proves is the verifier's.
 */
export function createAuthenticate(
  env: Pick<Env, "supabaseUrl" | "jwtIssuer" | "jwks" | "keyEnv" | "trustedIssuers">,
  { service, signer, ...verifying }: AuthenticateDeps,
): Authenticate {
  const sessions = createSessions(env, verifying);
  const issuers = createIssuers(env.trustedIssuers, verifying);
  const { now } = verifying;
  const exchange = signer &&
    createExchange({ signer, service, keyEnv: env.keyEnv, ...(now && { now }) });
  return async (header, context) => {
    const { kind, text } = readCredential(header);
    if (kind === "key") {
      if (exchange === undefined) throw unavailable();
      return await exchange.key(text, context);
    }
    const verify = issuers.get(issuerOf(text) ?? "");
    if (verify === undefined) return await sessions(text);
    if (exchange === undefined) throw unavailable();
    return await exchange.issuer(text, verify, context);
  };
}

function unavailable(): Fault {
  return new Fault("api_keys_unavailable", "Sign in, or ask the operator for a signing key.");
}

/** Whom a token claims to be from. Believed only as far as to choose who refutes it. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
