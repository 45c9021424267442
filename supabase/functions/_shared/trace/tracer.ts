import { formatTraceparent, newContext, parseTraceparent } from "./traceparent.ts";

/**
 * What may be said of a span: names of ours, ids and figures. What comes from users (inputs, outputs,
 * addresses, names, whatever may hold a secret) has no attribute.
 */
export interface SpanAttributes {
  "http.request.method"?: string;
  "http.route"?: string;
  "http.response.status_code"?: number;
  "cloister.function"?: string;
  "cloister.run.id"?: string;
  "cloister.run.status"?: string;
  "cloister.run.attempt"?: number;
  "cloister.run.trigger"?: string;
  "cloister.engine"?: string;
  "cloister.tool"?: string;
  "cloister.outcome"?: string;
}

/** What a span stands for. */
export type SpanKind = "internal" | "server" | "consumer";

/** A span that has ended. */
export interface SpanRecord {
  name: string;
  kind: SpanKind;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  /** Milliseconds since 1970. */
  startMs: number;
  endMs: number;
  attributes: Readonly<SpanAttributes>;
  failed: boolean;
}

/** Something that goes on. */
export interface Span {
  /** What whoever is called on its account is told; undefined where there is no trace. */
  readonly traceparent: string | undefined;
  set(attributes: SpanAttributes): void;
  /** Ends it, once, perhaps by another name; what comes later is not heard. */
  end(how?: { failed?: boolean; name?: string }): void;
  /** Ends it as if it had never begun: nothing is recorded. */
  forget(): void;
}

/** How a span begins. */
export interface SpanStart {
  kind?: SpanKind;
  /** The `traceparent` of what it is part of. One that is malformed is ignored. */
  parent?: string | null | undefined;
  /** Whether a stranger may have said so: what is recorded of ours is not theirs to decide. */
  outside?: boolean;
  attributes?: SpanAttributes;
}

/** Begins spans. Nothing of a span waits or throws. */
export interface Tracer {
  start(name: string, how?: SpanStart): Span;
  /** Sends what has ended so far, once. Never throws. */
  flush(): Promise<void>;
}

/** Records nothing, and hands on the trace of whoever calls, as our own version of it. */
export const NO_TRACER: Tracer = {
  start: (_name, { parent: text } = {}) => {
    const parent = parseTraceparent(text);
    return silent(parent && formatTraceparent(parent));
  },
  flush: () => Promise.resolve(),
};

/** Where spans go. */
export interface SpanSink {
  add(span: SpanRecord): void;
  flush(): Promise<void>;
}

/**
 * A tracer whose spans go to a sink. Of the traces that begin here, `ratio` are recorded, and no more
 * of those that come from outside: they may say that they are not to be. Our own parts go by each
 * other's word.
 */
export function createTracer(sink: SpanSink, ratio = 1): Tracer {
  return {
    start(name, { kind = "internal", parent: text, outside, attributes: given = {} } = {}) {
      const parent = parseTraceparent(text);
      if (parent?.sampled === false) return silent(formatTraceparent(parent));
      const trusted = parent !== undefined && outside !== true;
      const context = newContext(parent, trusted || Math.random() < ratio);
      const traceparent = formatTraceparent(context);
      if (!context.sampled) return silent(traceparent);
      const { traceId, spanId } = context;
      const startMs = nowMs();
      let attributes = given;
      let ended = false;
      return {
        traceparent,
        set: (more) => void (attributes = { ...attributes, ...more }),
        end({ failed = false, name: last = name } = {}) {
          if (ended) return;
          ended = true;
          const parentSpanId = parent?.spanId;
          const times = { startMs, endMs: Math.max(startMs, nowMs()) };
          sink.add({
            name: last,
            kind,
            traceId,
            spanId,
            parentSpanId,
            ...times,
            attributes,
            failed,
          });
        },
        forget: () => void (ended = true),
      };
    },
    flush: () => sink.flush(),
  };
}

function silent(traceparent: string | undefined): Span {
  return { traceparent, set() {}, end() {}, forget() {} };
}

/** Finer than a millisecond, so that what is short is not nothing. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
