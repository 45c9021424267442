import { project } from "./session.ts";

/** How the project lets people in. */
export interface Ways {
  /** Whether strangers may sign up by themselves. */
  readonly signUp: boolean;
  readonly email: boolean;
  /** Providers of OAuth that are switched on, by the names that Supabase gives them. */
  readonly providers: readonly string[];
}

const NOT_OAUTH = new Set(["email", "phone", "anonymous_users", "saml", "web3"]);

/** Asks the project how it lets people in. */
export async function loadWays(signal: AbortSignal): Promise<Ways> {
  const { url, publishableKey } = project();
  const response = await fetch(`${url}/auth/v1/settings`, {
    headers: { apikey: publishableKey },
    signal,
  });
  if (!response.ok) throw new Error(`The project's sign-in answers ${response.status}.`);
  const said: unknown = await response.json();
  const external = get(said, "external");
  const names = typeof external === "object" && external !== null ? Object.keys(external) : [];
  return {
    signUp: get(said, "disable_signup") !== true,
    email: get(external, "email") !== false,
    providers: names.filter((name) => !NOT_OAUTH.has(name) && get(external, name) === true),
  };
}

function get(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
