/** What is known of a request beside what it asks: it goes into logs, events and the audit. */
export interface RequestContext {
  requestId: string;
  /**
   * The client's address as the configured header has it, IPv6 as its /64; undefined where there is
   * none or addresses are switched off.
   */
  address: string | undefined;
  /** What the client calls itself, cut to 512 characters. Believed in nothing. */
  userAgent: string | undefined;
  /** The request's own place in a trace, as W3C spells it; undefined where there is none. */
  traceparent?: string | undefined;
}
