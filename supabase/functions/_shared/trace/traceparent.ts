/** Where in which trace something happens (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits, not all of them zero. */
  traceId: string;
  /** 16 hexadecimal digits, not all of them zero. */
  spanId: string;
  /** Whether whoever calls records it. */
  sampled: boolean;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/;

/**
 * Parses a `traceparent`. Undefined for one that is missing or malformed, as the standard wants it:
 * such a caller has no trace. A version after ours is read as ours.
 */
export function parseTraceparent(text: string | null | undefined): TraceContext | undefined {
  const [, version, traceId, spanId, flags, more] = FORM.exec(text ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The `traceparent` of a place in a trace. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

/** A place in a trace of one's own: under `parent`, or where a new trace begins. */
export function newContext(parent: TraceContext | undefined, sampled: boolean): TraceContext {
  return { traceId: parent?.traceId ?? randomHex(16), spanId: randomHex(8), sampled };
}

function randomHex(bytes: number): string {
  const digits = Array.from(
    crypto.getRandomValues(new Uint8Array(bytes)),
    (byte) => byte.toString(16).padStart(2, "0"),
  );
  const text = digits.join("");
  return /^0+$/.test(text) ? randomHex(bytes) : text;
}
