import type { RequestContext } from "../context.ts";

/** Who is calling, as far as a verified credential says. */
export interface Caller {
  /** The Supabase user: what `auth.uid()` says in Postgres. */
  userId: string;
  /** The API key that was brought, if one was. */
  keyId: string | undefined;
  via: "session" | "key" | "issuer";
  /** The program that speaks for the user, where Auth's OAuth server let it in. */
  client?: string;
  /** Names who called how: what has the same identity has the same rights. It is no secret. */
  identity: string;
  /**
   * The token to be handed to Postgres and to nobody else. A session's is the caller's own and lives
   * as long as it does; any other lives at least 20 s more, or throws that the credential ended.
   */
  token(): Promise<string>;
}

/** Turns an `Authorization` header into a caller, or throws a fault: 401, 423 or 501. */
export type Authenticate = (
  header: string | undefined,
  context: RequestContext,
) => Promise<Caller>;
