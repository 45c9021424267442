import * as z from "zod";
import { Fault } from "../../_shared/fault.ts";
import { metricsBody } from "../../_shared/metrics/otlp.ts";
import { TEXT_TYPE, textOf } from "../../_shared/metrics/text.ts";
import { type Route, route, scheduledRoute } from "../../_shared/route.ts";
import { sendOtlp } from "../../_shared/trace/otlp.ts";
import { VERSION } from "../../_shared/version.ts";
import { parseMetrics, readMetrics } from "./repo.ts";

/** What is counted, for whoever comes and asks, and for the collector that is told. */
export const metrics: readonly Route[] = [
  route({
    method: "get",
    path: "/metrics",
    summary: "Get all metrics, in the text format of Prometheus",
    accept: z.object({}),
    needs: "metrics:read",
    budget: "read",
    media: ["text/plain"],
  }, async (_, { db }) => {
    return new Response(textOf(await readMetrics(db)), { headers: { "content-type": TEXT_TYPE } });
  }),
  scheduledRoute({
    method: "post",
    path: "/metrics/push",
    summary: "Send all metrics to the OpenTelemetry collector, where one is configured",
    accept: z.object({}),
    access: "schedule",
    budget: "write",
    status: 204,
    faults: ["collector_unavailable"],
  }, async (_, { service, platform: { otlp } }) => {
    if (otlp === undefined) return;
    const collected = parseMetrics(await service("collect_metrics", {}));
    const from = { part: "metrics", version: VERSION };
    const body = metricsBody(otlp, from, { collected, atMs: Date.now() });
    const sent = await sendOtlp(otlp, "metrics", body);
    if (sent !== "taken") throw new Fault("collector_unavailable");
  }),
];
