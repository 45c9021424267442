import { type CloisterClient, createClient } from "../../sdk/mod.ts";
import { ADDRESS_HEADER, newAddress } from "../stack.ts";
import type { Account, Window } from "./browser.ts";

/** The SDK as somebody who was signed up in a window, beside the browser. */
export async function callerOf(
  { stack }: Pick<Window, "stack">,
  { email, password }: Account,
): Promise<CloisterClient> {
  const answer = await fetch(`${stack.url}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: stack.publishableKey, "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const { access_token: token } = await answer.json();
  return createClient({
    url: stack.url,
    auth: { accessToken: () => Promise.resolve(token) },
    headers: { [ADDRESS_HEADER]: newAddress() },
  });
}
