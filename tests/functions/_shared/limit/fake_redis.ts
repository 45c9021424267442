import { createLimits, type Limits } from "../../../../supabase/functions/_shared/limit/limits.ts";

/** A line of the log. */
export interface Line {
  event: string;
  fields: Record<string, unknown>;
}

/** Limits that could not be counted in Postgres, and what they log. */
export function limitsAt(url: string, token = "t"): { limits: Limits; lines: Line[] } {
  const lines: Line[] = [];
  const limits = createLimits({
    upstash: { url, token },
    service: () => Promise.reject(new Error("Postgres was asked")),
    log: (_level, event, fields = {}) => void lines.push({ event, fields }),
  });
  return { limits, lines };
}

/** Whatever answers in the place of Upstash. */
export function serveRedis(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { ...limitsAt(url), url, [Symbol.asyncDispose]: () => server.shutdown() };
}
