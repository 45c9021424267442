import assert from "@std/assert";
import { createExporter } from "../../../../supabase/functions/_shared/trace/exporter.ts";
import type { OtlpSettings } from "../../../../supabase/functions/_shared/trace/settings.ts";
import {
  createTracer,
  NO_TRACER,
  type SpanRecord,
  type SpanStart,
} from "../../../../supabase/functions/_shared/trace/tracer.ts";
import { startCollector, textOf } from "../../../fakes/collector.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** An exporter that never waits, and what became of its spans. */
function exporterTo(endpoint: string, timeoutMs = 2_000) {
  const outcomes: Record<string, number> = {};
  const lines: string[] = [];
  const settings: OtlpSettings = {
    endpoint,
    headers: { "x-tenant": "us" },
    timeoutMs,
    service: "cloister",
    ratio: 1,
  };
  const sink = createExporter({
    settings,
    resource: { part: "execute", version: "0.1.0", instance: "i" },
    log: (_level, event, fields) => lines.push(JSON.stringify({ event, ...fields })),
    onOutcome: (outcome, spans) => void (outcomes[outcome] = (outcomes[outcome] ?? 0) + spans),
    // Only what is flushed is sent.
    pause: (_ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
  });
  return { sink, tracer: createTracer(sink), outcomes, lines };
}

Deno.test("spans reach a collector in its own protocol, with the configured headers", async () => {
  await using collector = startCollector();
  const { tracer, outcomes } = exporterTo(collector.url);
  const outer = tracer.start("POST", { kind: "server", parent: PARENT });
  const inner = tracer.start("run", { parent: outer.traceparent });
  inner.set({ "cloister.run.status": "succeeded", "cloister.run.attempt": 1 });
  inner.end();
  outer.end({ failed: true, name: "POST /agents/:name" });
  await tracer.flush();
  assert.deepEqual(collector.faults, []);
  const [run, request] = collector.spans;
  assert.ok(run && request);
  assert.equal(request.name, "POST /agents/:name");
  assert.equal(request.parentSpanId, "b7ad6b7169203331");
  assert.deepEqual([request.kind, request.status, request.part], [2, { code: 2 }, "execute"]);
  assert.equal(run.parentSpanId, request.spanId);
  assert.deepEqual([run.traceId, request.traceId], [PARENT.slice(3, 35), PARENT.slice(3, 35)]);
  assert.equal(textOf(run.attributes, "cloister.run.status"), "succeeded");
  assert.equal(collector.headers[0]?.get("x-tenant"), "us");
  assert.deepEqual(outcomes, { exported: 2 });
});

Deno.test("a span ends once, and a trace whose caller does not record it is not recorded", async () => {
  const seen: SpanRecord[] = [];
  const sink = { add: (span: SpanRecord) => void seen.push(span), flush: () => Promise.resolve() };
  const once = createTracer(sink).start("a");
  once.end();
  once.end({ failed: true });
  assert.deepEqual(seen.map(({ name, failed }) => [name, failed]), [["a", false]]);
  const unrecorded = PARENT.replace(/01$/, "00");
  const silent = createTracer(sink).start("b", { parent: unrecorded });
  silent.end();
  assert.equal(silent.traceparent, unrecorded);
  const none = createTracer(sink, 0).start("c");
  none.end();
  assert.match(none.traceparent ?? "", /-00$/);
  assert.equal(seen.length, 1);
  await NO_TRACER.flush();
});

Deno.test("strangers do not decide how much is recorded, and our own parts do", () => {
  const recordedOf = (ratio: number, how: SpanStart) => {
    let seen = 0;
    const tracer = createTracer({ add: () => seen++, flush: () => Promise.resolve() }, ratio);
    const spans = Array.from({ length: 100 }, () => tracer.start("a", how));
    for (const span of spans) span.end();
    const told = spans.filter(({ traceparent }) => traceparent?.endsWith("-01")).length;
    assert.equal(told, seen, "whoever is called on its account is told the same");
    return seen;
  };
  const [stranger, ours] = [{ parent: PARENT, outside: true }, { parent: PARENT }];
  assert.deepEqual([recordedOf(0, stranger), recordedOf(1, stranger)], [0, 100]);
  const some = recordedOf(0.5, stranger);
  assert.ok(some > 10 && some < 90, `${some}`);
  assert.deepEqual([recordedOf(0, ours), recordedOf(0.5, ours)], [100, 100]);
});

Deno.test("without a collector the caller's trace is handed on, and no other begins", () => {
  assert.equal(NO_TRACER.start("a", { parent: PARENT }).traceparent, PARENT);
  assert.equal(NO_TRACER.start("a", { parent: "00-nonsense" }).traceparent, undefined);
  for (const later of [`01${PARENT.slice(2)}-extra`, `cc${PARENT.slice(2)}`]) {
    assert.equal(NO_TRACER.start("a", { parent: later }).traceparent, PARENT, "as our version");
  }
  assert.equal(NO_TRACER.start("a").traceparent, undefined);
});

Deno.test("what a collector that is down was not given is given to it when it is up", async () => {
  await using collector = startCollector("is down");
  const { tracer, outcomes } = exporterTo(collector.url);
  tracer.start("a").end();
  await tracer.flush();
  assert.deepEqual(outcomes, {});
  collector.become("takes");
  await tracer.flush();
  assert.deepEqual(collector.spans.map(({ name }) => name), ["a"]);
  assert.deepEqual(outcomes, { exported: 1 });
});

Deno.test("a collector that is out of reach or silent costs no more than 2,000 spans", async () => {
  await using silent = startCollector("is silent");
  for (const endpoint of ["http://127.0.0.1:1", silent.url]) {
    const { tracer, outcomes } = exporterTo(endpoint, 20);
    const started = performance.now();
    for (let i = 0; i < 3_000; i++) tracer.start("a").end();
    assert.ok(performance.now() - started < 2_000, "nobody waits for a collector");
    assert.deepEqual(outcomes, { dropped: 1_000 });
    await tracer.flush();
    assert.deepEqual(outcomes, { dropped: 1_000 });
  }
});

Deno.test("what a collector refuses is dropped, and what comes after is sent", async () => {
  await using collector = startCollector("refuses");
  const { tracer, outcomes, lines } = exporterTo(collector.url);
  tracer.start("a").end();
  await tracer.flush();
  collector.become("takes");
  tracer.start("b").end();
  await tracer.flush();
  assert.deepEqual(collector.spans.map(({ name }) => name), ["b"]);
  assert.deepEqual(outcomes, { dropped: 1, exported: 1 });
  assert.match(lines.join(), /spans_dropped/);
});
