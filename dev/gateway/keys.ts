import { timingSafeEqual } from "node:crypto";
import type { State } from "../state.ts";

/** What an API key stands for. */
export type ApiKey = "publishable" | "secret";

const BROWSER = /mozilla|chrome|safari/i;

/** The kind of key that the request brings on `apikey`, or the 401 that hosted projects answer. */
export function checkKey(request: Request, state: State): ApiKey | Response {
  const given = request.headers.get("apikey");
  if (given === null) {
    return refuse(
      "No API key found in request",
      "No `apikey` request header or url param was found.",
    );
  }
  if (same(given, state.publishableKey)) return "publishable";
  if (!same(given, state.secretKey)) {
    return refuse("Invalid API key", "Double check your Supabase publishable or secret API key.");
  }
  if (BROWSER.test(request.headers.get("user-agent") ?? "")) {
    return refuse(
      "Forbidden use of secret API key in browser",
      "Secret API keys can only be used in a protected environment and should never be used in a browser.",
    );
  }
  return "secret";
}

function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => new TextEncoder().encode(text));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}

function refuse(message: string, hint: string): Response {
  return Response.json({ message, hint }, { status: 401 });
}
