import type * as jose from "jose";
import { Claims } from "../lite/claims.ts";
import { type ApiKey, checkKey } from "./keys.ts";
import type { Lite } from "../lite/lite.ts";
import type { Pkce } from "./pkce.ts";
import type { State } from "../state.ts";
import { isSession, type Tokens } from "./tokens.ts";

/** What the doors of the Data API and of Auth check callers against, and where they lead. */
export interface Doors {
  state: State;
  tokens: Tokens;
  lite: Lite;
  pkce: Pkce;
  /** Answers `auth.admin` calls. Only callers with the secret key come here. */
  admin(request: Request): Promise<Response>;
}

const ROOT = "/auth/v1/";
// What may send an e-mail, whose link leads back with a code for who asked with a challenge.
const MAILING = ["magiclink", "otp", "recover", "signup"];
// What a browser follows out of an e-mail brings no key.
const LINKS = ["verify", "callback", "authorize"];
const ENDPOINTS = new Set([
  ...LINKS,
  ...["health", "logout", "magiclink", "otp", "reauthenticate", "recover", "resend"],
  ...["settings", "signup", "token", "user", ".well-known/openid-configuration"],
]);

/** The Data API: the token decides whom the request speaks for, else the API key. */
export async function rest(request: Request, doors: Doors): Promise<Response> {
  const key = checkKey(request, doors.state);
  if (key instanceof Response) return key;
  const caller = await identify(request, key, doors.tokens);
  if (caller instanceof Response) return caller;
  request.headers.delete("authorization");
  return await doors.lite.rest(request, caller);
}

/** Auth: tokens are exchanged for inner ones on the way in, and back on the way out. */
export async function auth(request: Request, doors: Doors): Promise<Response> {
  const endpoint = new URL(request.url).pathname.slice(ROOT.length);
  if (endpoint === ".well-known/jwks.json") {
    return Response.json(doors.tokens.jwks, {
      headers: { "cache-control": "public, max-age=600" },
    });
  }
  const key = LINKS.includes(endpoint) ? "publishable" : checkKey(request, doors.state);
  if (key instanceof Response) return key;
  if (endpoint.startsWith("admin/")) {
    return key === "secret" ? await doors.admin(request) : authError(401, "no_authorization");
  }
  if (!ENDPOINTS.has(endpoint)) return authError(404, "not_found");
  if (MAILING.includes(endpoint)) await doors.pkce.ask(request);
  if (endpoint === "token" && isExchange(request)) {
    const session = await doors.pkce.open(request);
    if (session === "refused") return authError(400, "bad_code_verifier");
    if (session !== undefined) return Response.json(session);
  }
  const token = bearer(request);
  request.headers.delete("authorization");
  if (token !== undefined) {
    const claims = await doors.tokens.verify(token).catch(() => undefined);
    if (claims === undefined) return authError(403, "bad_jwt");
    request.headers.set("authorization", `Bearer ${await doors.tokens.inward(claims)}`);
  }
  return await outward(
    await doors.lite.auth(request),
    endpoint === "verify" ? "otp" : "password",
    doors,
  );
}

async function identify(
  request: Request,
  key: ApiKey,
  tokens: Tokens,
): Promise<Claims | Response> {
  const token = bearer(request);
  if (token === undefined) return { role: key === "secret" ? "service_role" : "anon" };
  let payload: jose.JWTPayload;
  try {
    payload = await tokens.verify(token);
  } catch (error) {
    return unauthorised(error);
  }
  const { success, data } = Claims.safeParse(payload);
  if (success) return data;
  return pgrst(403, "42501", `permission denied to set role "${payload.role}"`);
}

/** Replaces the inner token in a session, or in the address that a link in an e-mail leads to. */
async function outward(response: Response, method: string, doors: Doors): Promise<Response> {
  const location = response.headers.get("location");
  if (location?.includes("#access_token=")) {
    response.headers.set("location", await outwardLink(location, doors));
  }
  if (!response.headers.get("content-type")?.startsWith("application/json")) return response;
  const body: unknown = await response.json();
  const { status, headers } = response;
  headers.delete("content-length");
  const sent = isSession(body) ? await doors.tokens.outward(body, method) : body;
  return Response.json(sent, { status, headers });
}

async function outwardLink(location: string, { lite, tokens, pkce }: Doors): Promise<string> {
  const [page = "", fragment] = location.split("#");
  const parts = new URLSearchParams(fragment);
  const token = parts.get("access_token") ?? "";
  const headers = { authorization: `Bearer ${token}` };
  const reply = await lite.auth(new Request(`http://localhost${ROOT}user`, { headers }));
  const session = { ...sessionOf(parts), access_token: token, user: await reply.json() };
  if (!isSession(session)) return `${page}#${parts}`;
  const sent = await tokens.outward(session, "otp");
  const code = pkce.seal(sent);
  if (code !== undefined) return withCode(page, code);
  parts.set("access_token", sent.access_token);
  return `${page}#${parts}`;
}

function isExchange({ url }: Request): boolean {
  return new URL(url).searchParams.get("grant_type") === "pkce";
}

/** What a fragment says of a session, as Auth answers it in JSON. */
function sessionOf(parts: URLSearchParams) {
  const seconds = Number(parts.get("expires_in") ?? 3600);
  return {
    token_type: "bearer",
    refresh_token: parts.get("refresh_token"),
    expires_in: seconds,
    expires_at: Math.floor(Date.now() / 1000) + seconds,
  };
}

function withCode(page: string, code: string): string {
  const url = new URL(page);
  url.searchParams.set("code", code);
  return url.href;
}

/** The token on Authorization. supabase-js repeats the API key there, which says nothing. */
function bearer({ headers }: Request): string | undefined {
  const token = headers.get("authorization")?.replace(/^Bearer\s+/i, "");
  return token === headers.get("apikey") ? undefined : token;
}

function unauthorised(error: unknown): Response {
  const expired = error instanceof Error && error.name === "JWTExpired";
  const [code, message] = expired
    ? ["PGRST303", "JWT expired"]
    : ["PGRST301", "The token could not be verified"];
  return pgrst(401, code, message);
}

function pgrst(status: number, code: string, message: string): Response {
  const headers = { "proxy-status": `PostgREST; error=${code}`, "www-authenticate": "Bearer" };
  return Response.json({ code, details: null, hint: null, message }, { status, headers });
}

const AUTH_ERRORS = {
  bad_code_verifier: "code challenge does not match previously saved code verifier",
  bad_jwt: "invalid JWT: it could not be verified",
  no_authorization: "This endpoint needs the secret key",
  not_found: "There is no such endpoint",
};

function authError(code: number, error_code: keyof typeof AUTH_ERRORS): Response {
  const body = { code, error_code, msg: AUTH_ERRORS[error_code] };
  return Response.json(body, { status: code, headers: { "x-sb-error-code": error_code } });
}
