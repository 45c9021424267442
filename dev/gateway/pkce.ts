import { createHash, randomUUID } from "node:crypto";
import * as z from "zod";
import type { Session } from "./tokens.ts";

const LASTS_MS = 5 * 60_000;

const Asked = z.object({
  email: z.string().transform((email) => email.toLowerCase()),
  code_challenge: z.string(),
  code_challenge_method: z.literal("s256"),
});
const Exchange = z.object({ auth_code: z.string(), code_verifier: z.string() });

/**
 * Links in e-mails that lead back with a code in place of tokens, as hosted projects send them to
 * who asked with a challenge (RFC 7636). lite has this for OAuth alone.
 */
export interface Pkce {
  /** Remembers the challenge in a request for an e-mail, if there is one. */
  ask(request: Request): Promise<void>;
  /** The code that stands for a session whose user asked with a challenge. */
  seal(session: Session): string | undefined;
  /** The session of a code, once, for who knows what was asked with; undefined is not ours. */
  open(request: Request): Promise<Session | "refused" | undefined>;
}

/** Codes of this process: whoever asks before a restart asks again. */
export function createPkce(): Pkce {
  const asked = new Map<string, string>();
  const sealed = new Map<string, { session: Session; challenge: string }>();
  const keep = <T>(map: Map<string, T>, key: string, value: T) => {
    map.set(key, value);
    Deno.unrefTimer(setTimeout(() => map.get(key) === value && map.delete(key), LASTS_MS));
  };
  return {
    async ask(request) {
      const { data } = Asked.safeParse(await readJson(request));
      if (data !== undefined) keep(asked, data.email, data.code_challenge);
    },
    seal(session) {
      const email = session.user.email?.toLowerCase() ?? "";
      const challenge = asked.get(email);
      if (challenge === undefined) return undefined;
      asked.delete(email);
      const code = randomUUID();
      keep(sealed, code, { session, challenge });
      return code;
    },
    async open(request) {
      const { data } = Exchange.safeParse(await readJson(request));
      const found = data && sealed.get(data.auth_code);
      if (data === undefined || found === undefined) return undefined;
      sealed.delete(data.auth_code);
      const proof = createHash("sha256").update(data.code_verifier).digest("base64url");
      return proof === found.challenge ? found.session : "refused";
    },
  };
}

async function readJson(request: Request): Promise<unknown> {
  return await request.clone().json().catch(() => undefined);
}
