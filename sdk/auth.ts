import { callerOf, type Credentials, type Signature } from "./caller.ts";

/** Whose a supabase-js session is. */
export interface SessionLike {
  access_token: string;
  user?: { id: string };
}

/** As much of a supabase-js client as is asked for: one of any version 2 fits. */
export interface SupabaseClientLike {
  auth: {
    getSession(): Promise<{ data: { session: SessionLike | null } }>;
    refreshSession(): Promise<{ data: { session: SessionLike | null } }>;
  };
}

/**
 * Who calls: the session of a supabase-js client, an API key, or whatever gives access tokens. The
 * latter is told when the last token was refused, and may then answer with another of the same
 * caller.
 */
export type Auth =
  | { supabase: SupabaseClientLike }
  | { apiKey: string }
  | { accessToken(options: { refused: boolean }): Promise<string | undefined> };

/** The credentials of an `Auth`. Requests that are refused together renew together. */
export function credentialsOf(auth: Auth | undefined): Credentials {
  const { current, renew } = sourceOf(auth);
  let renewing: Promise<Signature> | undefined;
  const unless = (refused: Signature, now: Signature) =>
    now.token === undefined || now.token === refused.token ? undefined : now;
  return {
    current,
    async renew(refused) {
      const now = await current();
      if (now.token !== refused.token) return unless(refused, now);
      renewing ??= renew().finally(() => renewing = undefined);
      return unless(refused, await renewing);
    },
  };
}

interface Source {
  current(): Promise<Signature>;
  renew(): Promise<Signature>;
}

function sourceOf(auth: Auth | undefined): Source {
  const always = (token?: string) => () => Promise.resolve(callerOf(token));
  if (auth === undefined) return { current: always(), renew: always() };
  if ("apiKey" in auth) return { current: always(auth.apiKey), renew: always(auth.apiKey) };
  if ("accessToken" in auth) {
    return {
      current: async () => callerOf(await auth.accessToken({ refused: false })),
      renew: async () => callerOf(await auth.accessToken({ refused: true })),
    };
  }
  const session = auth.supabase.auth;
  return {
    current: async () => ofSession((await session.getSession()).data.session),
    renew: async () => ofSession((await session.refreshSession()).data.session),
  };
}

function ofSession(session: SessionLike | null): Signature {
  return callerOf(session?.access_token, session?.user?.id);
}
