import type { OtlpSettings } from "./settings.ts";
import type { SpanKind, SpanRecord } from "./tracer.ts";

/** Who tells: attributes of the resource that everything of one isolate or runner is about. */
export interface Resource {
  /** The function, or `runner`. */
  part: string;
  version: string;
  /** The isolate's or the process's own id; left out of what is said of the whole. */
  instance?: string;
}

/** What became of a batch. */
export type Sent = "taken" | "refused" | "later";

const KINDS: Record<SpanKind, number> = { internal: 1, server: 2, consumer: 5 };
/** What the protocol says to try again. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Posts a batch, in JSON; never throws, and waits no longer than the settings say. */
export async function sendOtlp(
  { endpoint, headers, timeoutMs }: OtlpSettings,
  signal: "traces" | "metrics",
  body: unknown,
): Promise<Sent> {
  try {
    const response = await fetch(`${endpoint}/v1/${signal}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "error",
    });
    await response.body?.cancel();
    if (response.ok) return "taken";
    return PASSING.has(response.status) ? "later" : "refused";
  } catch {
    return "later";
  }
}

/** The body of `ExportTraceServiceRequest`. */
export function tracesBody(settings: OtlpSettings, from: Resource, spans: readonly SpanRecord[]) {
  const scopeSpans = [{ scope: scopeOf(from), spans: spans.map(toSpan) }];
  return { resourceSpans: [{ resource: resourceOf(settings, from), scopeSpans }] };
}

function toSpan(span: SpanRecord) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanosOf(span.startMs),
    endTimeUnixNano: nanosOf(span.endMs),
    attributes: attributesOf(span.attributes),
    status: span.failed ? { code: 2 } : {},
  };
}

/** What everything in a batch is about. */
export function resourceOf({ service }: OtlpSettings, { part, version, instance }: Resource) {
  return {
    attributes: attributesOf({
      "service.name": service,
      "service.version": version,
      "cloister.part": part,
      ...(instance !== undefined && { "service.instance.id": instance }),
    }),
  };
}

/** Who measured. */
export function scopeOf({ version }: Resource) {
  return { name: "cloister", version };
}

/** Key-value pairs in the protocol's JSON, where 64-bit integers are text. */
export function attributesOf(attributes: object) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: unknown) {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number" && Number.isSafeInteger(value)) return { intValue: String(value) };
  return typeof value === "number" ? { doubleValue: value } : { stringValue: String(value) };
}

/** Milliseconds since 1970 as the protocol has a moment: nanoseconds, in text. */
export function nanosOf(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n);
}
