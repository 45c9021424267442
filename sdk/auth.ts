/** As much of a supabase-js client as is asked for: one of any version 2 fits. */
export interface SupabaseClientLike {
  auth: {
    getSession(): Promise<{ data: { session: { access_token: string } | null } }>;
    refreshSession(): Promise<{ data: { session: { access_token: string } | null } }>;
  };
}

/**
 * Who calls: the session of a supabase-js client, an API key, or whatever gives access tokens. The
 * latter is told when the last token was refused, and may then answer with another.
 */
export type Auth =
  | { supabase: SupabaseClientLike }
  | { apiKey: string }
  | { accessToken(options: { refused: boolean }): Promise<string | undefined> };

/** What a request is signed with, and what to do when it was refused. */
export interface Credentials {
  /** The token of now; undefined while nobody is signed in. */
  current(): Promise<string | undefined>;
  /** Another token than the one that was refused; undefined where there is none. */
  renew(refused: string | undefined): Promise<string | undefined>;
}

/** The credentials of an `Auth`. Requests that are refused together renew together. */
export function credentialsOf(auth: Auth | undefined): Credentials {
  const { current, renew } = sourceOf(auth);
  let renewing: Promise<string | undefined> | undefined;
  return {
    current,
    async renew(refused) {
      const now = await current();
      if (now !== refused) return now;
      renewing ??= renew().finally(() => renewing = undefined);
      const renewed = await renewing;
      return renewed === refused ? undefined : renewed;
    },
  };
}

interface Source {
  current(): Promise<string | undefined>;
  renew(): Promise<string | undefined>;
}

function sourceOf(auth: Auth | undefined): Source {
  const nothing = () => Promise.resolve(undefined);
  if (auth === undefined) return { current: nothing, renew: nothing };
  if ("apiKey" in auth) {
    return { current: () => Promise.resolve(auth.apiKey), renew: nothing };
  }
  if ("accessToken" in auth) {
    return {
      current: () => auth.accessToken({ refused: false }),
      renew: () => auth.accessToken({ refused: true }),
    };
  }
  const session = auth.supabase.auth;
  return {
    current: async () => (await session.getSession()).data.session?.access_token,
    renew: async () => (await session.refreshSession()).data.session?.access_token,
  };
}
