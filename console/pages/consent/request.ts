import { supabaseClient } from "../../session/session.ts";

/** A program that wants to speak for who is signed in, as Supabase Auth tells of it. */
export interface ConsentRequest {
  readonly id: string;
  /** What the program calls itself: nobody has checked it. */
  readonly program: string;
  /** The program's own page, where it named one. */
  readonly page: string | undefined;
  /** Where the answer is sent, without its query. */
  readonly target: URL;
}

/** Schemes whose addresses would run or show something in this page's own origin. */
const OURS = ["javascript", "data", "blob", "vbscript", "file", "about", "view-source"];

/**
 * What is asked for, or where to go on with an answer that was given before. Throws what Auth
 * refuses: a request that is unknown, answered or too old.
 */
export async function findRequest(id: string): Promise<ConsentRequest | URL> {
  // It becomes part of an address that is asked with the user's token.
  if (!/^[\w-]{1,200}$/.test(id)) throw new Error("This address names no request.");
  const { data, error } = await supabaseClient().auth.oauth.getAuthorizationDetails(id);
  if (error !== null) throw error;
  if ("redirect_url" in data) return foreign(data.redirect_url);
  const { client, redirect_uri } = data;
  return {
    id: data.authorization_id,
    program: client.name,
    page: client.uri || undefined,
    target: foreign(redirect_uri),
  };
}

/**
 * Tells Auth the user's answer. Resolves to where the program waits for it; throws where that is not
 * the place that the user was shown.
 */
export async function answerRequest(request: ConsentRequest, yes: boolean): Promise<URL> {
  const { oauth } = supabaseClient().auth;
  const stay = { skipBrowserRedirect: true };
  const { data, error } =
    await (yes
      ? oauth.approveAuthorization(request.id, stay)
      : oauth.denyAuthorization(request.id, stay));
  if (error !== null) throw error;
  const url = foreign(data.redirect_url);
  if (placeOf(url) !== placeOf(request.target)) {
    throw new Error("The answer would have gone to another place than the one that was shown.");
  }
  return url;
}

/** Scheme and host: what a person can judge. Schemes of apps have no origin of their own. */
export function placeOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

function foreign(address: string): URL {
  const url = new URL(address);
  if (OURS.includes(url.protocol.slice(0, -1))) {
    throw new Error("This program names no address to go back to.");
  }
  return url;
}
