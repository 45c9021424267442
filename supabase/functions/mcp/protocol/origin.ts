const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Whose pages may speak with us. */
export interface Welcome {
  /** As the operator lists them; `*` lists none. */
  allowed: readonly string[];
  /** Our own address. */
  resource: string;
}

/**
 * Whether a page of this origin may speak with us: one that the operator lists by name, one of this
 * project, or one of the visitor's own machine. Programs send no origin. The protocol asks for this
 * against DNS rebinding, where `*` would be no answer.
 */
export function isWelcome(origin: string | undefined, { allowed, resource }: Welcome): boolean {
  if (origin === undefined) return true;
  if (origin !== "*" && allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, origin: spelled } = new URL(origin);
  return spelled === new URL(resource).origin ||
    (/^https?:$/.test(protocol) && LOOPBACK.includes(hostname));
}
