import * as z from "zod";

/** What tokens travel with is in the clear only within this machine. */
const Endpoint = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}, "must be https, or http to this very machine");

/** As the standard has them: `name=value` pairs with commas between, values percent-encoded. */
const HeaderList = z.string().max(8_192).transform((text, ctx) => {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "").map((pair) => {
    const [, name = "", value = ""] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return [name.toLowerCase(), decoded(value)] satisfies [string, string];
  });
  if (pairs.every(([name, value]) => name !== "" && /^[\x20-\x7e]*$/.test(value))) {
    return Object.fromEntries(pairs);
  }
  ctx.addIssue("must be name=value pairs with commas between");
  return z.NEVER;
});

/** The standard's variables, as far as they are heard here. */
export const OTLP_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: Endpoint.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: HeaderList.default({}),
  OTEL_EXPORTER_OTLP_TIMEOUT: z.coerce.number().pipe(z.int().min(1).max(60_000)).default(10_000),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal("http/json").optional(),
  OTEL_SERVICE_NAME: z.string().min(1).max(200).default("cloister"),
  OTEL_TRACES_SAMPLER: z.enum(["parentbased_always_on", "parentbased_traceidratio", "always_off"])
    .default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().pipe(z.number().min(0).max(1)).default(1),
};

const Variables = z.object(OTLP_VARIABLES);

/** Where traces and metrics go. */
export interface OtlpSettings {
  /** The collector; `/v1/traces` and `/v1/metrics` are added. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  service: string;
  /** How many of the traces that begin here are recorded; undefined where none at all are. */
  ratio: number | undefined;
}

/** The settings, where a collector is named. */
export function otlpOf(vars: z.output<typeof Variables>): OtlpSettings | undefined {
  const endpoint = vars.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return undefined;
  const ratios = {
    parentbased_always_on: 1,
    parentbased_traceidratio: vars.OTEL_TRACES_SAMPLER_ARG,
    always_off: undefined,
  };
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    headers: vars.OTEL_EXPORTER_OTLP_HEADERS,
    timeoutMs: vars.OTEL_EXPORTER_OTLP_TIMEOUT,
    service: vars.OTEL_SERVICE_NAME,
    ratio: ratios[vars.OTEL_TRACES_SAMPLER],
  };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return "\n"; // refused like any other value that is no header's
  }
}
