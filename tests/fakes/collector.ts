import * as z from "zod";

/** OTLP in JSON, as opentelemetry-proto 1.x and its JSON mapping have it; nothing else is taken. */
const Nanos = z.string().regex(/^\d{1,20}$/);
const Value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ doubleValue: z.number() }),
]);
const Attributes = z.array(z.strictObject({ key: z.string().min(1), value: Value }))
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, "a key comes twice");
const Resource = z.strictObject({ attributes: Attributes });
const Scope = z.strictObject({ name: z.string().min(1), version: z.string() });

const Span = z.strictObject({
  traceId: z.string().regex(/^(?!0{32})[0-9a-f]{32}$/),
  spanId: z.string().regex(/^(?!0{16})[0-9a-f]{16}$/),
  parentSpanId: z.string().regex(/^[0-9a-f]{16}$/).exactOptional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: Nanos,
  endTimeUnixNano: Nanos,
  attributes: Attributes,
  status: z.strictObject({ code: z.int().min(0).max(2).exactOptional() }),
}).refine((span) => BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano));

/** `ExportTraceServiceRequest`. */
export const Traces = z.strictObject({
  resourceSpans: z.array(z.strictObject({
    resource: Resource,
    scopeSpans: z.array(z.strictObject({ scope: Scope, spans: z.array(Span).min(1) })).min(1),
  })).min(1),
});

const Point = { attributes: Attributes, timeUnixNano: Nanos };
const Numbers = z.array(z.strictObject({ ...Point, asDouble: z.number() })).min(1);
const Histograms = z.array(
  z.strictObject({
    ...Point,
    count: z.string().regex(/^\d+$/),
    sum: z.number(),
    bucketCounts: z.array(z.string().regex(/^\d+$/)),
    explicitBounds: z.array(z.number()),
  }).refine(({ count, bucketCounts, explicitBounds }) =>
    bucketCounts.length === explicitBounds.length + 1 &&
    bucketCounts.reduce((sum, met) => sum + BigInt(met), 0n) === BigInt(count)
  ),
).min(1);
const described = { name: z.string().min(1), description: z.string(), unit: z.string() };
const Cumulative = z.literal(2);

/** `ExportMetricsServiceRequest`. */
export const MetricsRequest = z.strictObject({
  resourceMetrics: z.array(z.strictObject({
    resource: Resource,
    scopeMetrics: z.array(z.strictObject({
      scope: Scope,
      metrics: z.array(z.union([
        z.strictObject({ ...described, gauge: z.strictObject({ dataPoints: Numbers }) }),
        z.strictObject({
          ...described,
          sum: z.strictObject({
            dataPoints: Numbers,
            aggregationTemporality: Cumulative,
            isMonotonic: z.literal(true),
          }),
        }),
        z.strictObject({
          ...described,
          histogram: z.strictObject({
            dataPoints: Histograms,
            aggregationTemporality: Cumulative,
          }),
        }),
      ])).min(1),
    })).min(1),
  })).min(1),
});

/** A span, and which part of the whole told of it. */
export type SeenSpan = z.infer<typeof Span> & { part: string };

/** What a collector does with what it is sent. */
export type Temper = "takes" | "is down" | "refuses" | "is silent";

/** A collector on loopback that takes what is OTLP and answers 400 to anything else. */
export function startCollector(temper: Temper = "takes") {
  const spans: SeenSpan[] = [];
  const metrics: z.infer<typeof MetricsRequest>[] = [];
  const faults: string[] = [];
  const texts: string[] = [];
  const headers: Headers[] = [];
  const closing = Promise.withResolvers<void>();
  const it = { temper };
  const cut = new AbortController();
  const listen = { port: 0, hostname: "127.0.0.1", signal: cut.signal, onListen() {} };
  const server = Deno.serve(listen, async (request) => {
    headers.push(request.headers);
    const text = await request.text();
    if (it.temper === "is silent") await closing.promise;
    if (it.temper === "is down") return new Response("", { status: 503 });
    if (it.temper === "refuses") return new Response("", { status: 400 });
    texts.push(text);
    try {
      read(request, JSON.parse(text));
    } catch (thrown) {
      faults.push(String(thrown));
      return new Response("", { status: 400 });
    }
    return Response.json({ partialSuccess: {} });
  });
  function read({ method, url, headers }: Request, body: unknown): void {
    const { pathname } = new URL(url);
    const isJson = headers.get("content-type") === "application/json";
    if (method !== "POST" || !isJson) throw new Error(`${method} ${pathname}`);
    if (pathname === "/v1/metrics") return void metrics.push(MetricsRequest.parse(body));
    if (pathname !== "/v1/traces") throw new Error(pathname);
    for (const { resource, scopeSpans } of Traces.parse(body).resourceSpans) {
      const part = textOf(resource.attributes, "cloister.part") ?? "";
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, part }))));
    }
  }
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    spans,
    metrics,
    /** Why something that came was no OTLP. */
    faults,
    /** Everything that was taken, as it came. */
    texts,
    headers,
    become: (next: Temper) => void (it.temper = next),
    async [Symbol.asyncDispose]() {
      closing.resolve();
      cut.abort();
      await server.finished;
    },
  };
}

/** The text of an attribute. */
export function textOf(attributes: z.infer<typeof Attributes>, key: string): string | undefined {
  const value = attributes.find((it) => it.key === key)?.value;
  return value === undefined ? undefined : String(Object.values(value)[0]);
}
