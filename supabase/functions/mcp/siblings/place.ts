import type { Env } from "../../_shared/env.ts";

/** Where we are, as the world and as our own functions see it. */
export interface Place {
  /** Our address as clients know it: what a token is asked for (RFC 8707), and metadata describes. */
  resource: string;
  /** Who issues the tokens that we take. */
  issuer: string;
  /** Where our siblings are, without a slash at the end. */
  functionsUrl: string;
}

/**
 * The place of this deployment. The world knows a project by its issuer: with a domain of its own,
 * or on a laptop, `SUPABASE_URL` is an inner address.
 */
export function placeOf({ supabaseUrl, jwtIssuer }: Pick<Env, "supabaseUrl" | "jwtIssuer">): Place {
  const outside = /^(.+)\/auth\/v1$/.exec(jwtIssuer)?.[1] ?? supabaseUrl;
  return {
    resource: `${outside}/functions/v1/mcp`,
    issuer: jwtIssuer,
    functionsUrl: `${supabaseUrl}/functions/v1`,
  };
}
