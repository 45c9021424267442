import type { AuthError, GoTrueClient } from "@supabase/auth-js";
import { ConnectionError } from "../sdk/mod.ts";
import {
  changeCredentials,
  credentialsFile,
  type Profile,
  readCredentials,
} from "./credentials.ts";
import { NotSignedIn, UsageError } from "./exit.ts";
import { withLock } from "./lock.ts";
import type { World } from "./world.ts";

/** Supabase Auth of one project, with its session in the credentials file. */
export interface Auth {
  /** Signs in and stores the session. Rejects with `NotSignedIn` if the pair is not right. */
  signIn(email: string, password: string): Promise<void>;
  /** Has a code sent to somebody who has an account. Who has none is not told so. */
  sendCode(email: string): Promise<void>;
  /** Signs in with the code. Rejects with `NotSignedIn` if it is not the one, or too old. */
  enterCode(email: string, code: string): Promise<void>;
  /** Ends this session; the ones elsewhere stay. Rejects if the project could not be told. */
  signOut(): Promise<void>;
  /**
   * A token that is good for a minute at least; another one if the last was refused. Rejects with
   * `NotSignedIn` if there is none.
   */
  accessToken(options: { refused: boolean }): Promise<string>;
  /** Whose session it is, as the project said it when it began. */
  email(): Promise<string | undefined>;
}

/** Opens Auth of a project; nothing is asked until something is wanted of it. */
export function createAuth(world: World, url: string, publishableKey: string): Auth {
  let opened: Promise<GoTrueClient> | undefined;
  const client = () => opened ??= openClient(world, url, publishableKey);
  // A refresh token is good once: two processes must not both use it.
  const session = (fresh = false) =>
    withLock(`${credentialsFile(world)}.session`, async () => {
      const auth = await client();
      const { data, error } = fresh ? await auth.refreshSession() : await auth.getSession();
      if (error) throw refused(error);
      return data.session;
    });
  return {
    signIn: async (email, password) => {
      const { error } = await (await client()).signInWithPassword({ email, password });
      if (error) throw refused(error);
    },
    sendCode: async (email) => {
      const options = { shouldCreateUser: false };
      const { error } = await (await client()).signInWithOtp({ email, options });
      if (error && error.code !== "otp_disabled") throw refused(error);
    },
    enterCode: async (email, token) => {
      const { error } = await (await client()).verifyOtp({ email, token, type: "email" });
      if (error) throw refused(error);
    },
    signOut: async () => {
      const { error } = await (await client()).signOut({ scope: "local" });
      if (error) throw refused(error);
    },
    accessToken: async ({ refused: isRefused }) => {
      const token = (await session(isRefused))?.access_token;
      if (token === undefined) throw new NotSignedIn(`The session at ${url} has ended.`);
      return token;
    },
    email: async () => (await session())?.user.email,
  };
}

async function openClient(
  world: World,
  url: string,
  publishableKey: string,
): Promise<GoTrueClient> {
  const { GoTrueClient } = await import("@supabase/auth-js");
  return new GoTrueClient({
    url: `${url}/auth/v1`,
    headers: { apikey: publishableKey },
    // A password goes where it was meant to, and not where an answer points.
    fetch: (input, init) => world.fetch(input, { ...init, redirect: "error" }),
    storage: storageOf(world, url, publishableKey),
    storageKey: "session",
    persistSession: true,
    autoRefreshToken: false,
    detectSessionInUrl: false,
  });
}

/** The slot of one project for what the Auth client keeps; it keeps one thing only. */
function storageOf(world: World, url: string, publishableKey: string) {
  const change = (next: (profile: Profile) => Profile) =>
    changeCredentials(world, (all) => ({
      ...all,
      profiles: { ...all.profiles, [url]: next(all.profiles[url] ?? {}) },
    }));
  return {
    getItem: async (key: string) => {
      if (key !== "session") return null;
      return (await readCredentials(world)).profiles[url]?.session ?? null;
    },
    setItem: async (key: string, session: string) => {
      if (key !== "session") return;
      await change(() => ({ publishable_key: publishableKey, session }));
    },
    removeItem: async (key: string) => {
      if (key === "session") await change(({ session: _, ...rest }) => rest);
    },
  };
}

function refused(error: AuthError): Error {
  const { name, status = 0, code, message } = error;
  if (name === "AuthRetryableFetchError" || status >= 500) {
    return new ConnectionError("Supabase Auth could not be reached", { cause: error });
  }
  if (code === "invalid_credentials") {
    return new NotSignedIn("Nobody has this e-mail address and password here.");
  }
  return status === 422 ? new UsageError(message) : new NotSignedIn(message);
}
