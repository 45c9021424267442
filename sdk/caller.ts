import { CallerError } from "./errors.ts";
import { parse, textOf } from "./json.ts";

/** What a request is signed with, and whose it is. */
export interface Signature {
  /** Undefined while nobody is signed in. */
  token: string | undefined;
  /** The same for all tokens of one person. Tokens that do not say it are taken to be of one. */
  caller: string;
}

/** What a request is signed with, and what to do when it was refused. */
export interface Credentials {
  /** The signature of now. */
  current(): Promise<Signature>;
  /** Another signature than the one that was refused; undefined where there is none. */
  renew(refused: Signature): Promise<Signature | undefined>;
}

/** A token with whose it is: as it was told, or as the token itself says. */
export function callerOf(token: string | undefined, user?: string): Signature {
  if (token === undefined) return { token, caller: "nobody" };
  return { token, caller: `user ${user ?? subjectOf(token) ?? ""}` };
}

/**
 * Credentials that stay those of whoever is the first to use them: when somebody else is signed in,
 * they reject with a `CallerError`.
 */
export function heldBy(credentials: Credentials): Credentials {
  let first: string | undefined;
  const held = (signature: Signature) => {
    first ??= signature.caller;
    if (signature.caller !== first) {
      throw new CallerError("Whoever began this is signed in no more");
    }
    return signature;
  };
  return {
    current: async () => held(await credentials.current()),
    async renew(refused) {
      const renewed = await credentials.renew(refused);
      return renewed && held(renewed);
    },
  };
}

/** Whose a token of Supabase Auth is. It is only read here: what it is worth says the server. */
function subjectOf(token: string): string | undefined {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  try {
    return textOf(parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))), "sub");
  } catch {
    return undefined;
  }
}
