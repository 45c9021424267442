import { anonymous, call, newAddress, testStack } from "../stack.ts";
import type { Account } from "./browser.ts";

/** Calls the API as somebody who signed up in a window: what goes on behind the window's back. */
export async function ofAccount({ email, password }: Account) {
  const { data, error } = await anonymous().auth.signInWithPassword({ email, password });
  if (error) throw error;
  const token = data.session.access_token;
  const address = newAddress();
  return {
    call: async (method: string, path: string, { body }: { body?: unknown } = {}) => {
      const response = await call(testStack(), method, path, { token, address, body });
      if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
      return response;
    },
  };
}
