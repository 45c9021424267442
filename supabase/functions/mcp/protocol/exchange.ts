import { sha256 } from "../../_shared/prepared.ts";

/** What a client calls its session, as far as we believe it: visible ASCII, as the protocol has it. */
const SESSION = /^[\x21-\x7e]{1,200}$/;

/** A name for a client's next requests: it stands for nothing that is kept here. */
export function newSession(): string {
  return crypto.randomUUID();
}

/**
 * Names one JSON-RPC request of one session, wherever it is asked: its run is started under this id,
 * so that a repeated request gets the same run and a cancellation finds it. Undefined without a
 * session: request ids alone are `1, 2, 3` for everybody.
 */
export async function exchangeOf(
  session: string | undefined,
  requestId: string | number,
): Promise<string | undefined> {
  if (session === undefined || !SESSION.test(session)) return undefined;
  const hash = await sha256(JSON.stringify([session, requestId]));
  return `mcp-${hash.slice(0, 56)}`;
}
