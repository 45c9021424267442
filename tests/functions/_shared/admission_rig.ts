import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import type { Charge, Limits } from "../../../supabase/functions/_shared/limit/limits.ts";
import type { Permission } from "../../../supabase/functions/_shared/permission.ts";
import type { Platform } from "../../../supabase/functions/_shared/platform.ts";
import { route, type Spec } from "../../../supabase/functions/_shared/route.ts";
import { text } from "../../../supabase/functions/_shared/schema.ts";
import { ACCESS, ANN, fakePlatform, NO_LIMITS } from "./platform.ts";

const BYTES = { authorization: "Bearer t", "x-client-address": "192.0.2.7" };

/** What a test app does differently. */
export interface Setting {
  spec?: Partial<Pick<Spec, "streams" | "fresh" | "budget">>;
  needs?: Permission;
  rpc?: (name: string) => Response;
  limits?: Partial<Limits>;
  parts?: Partial<Platform>;
  rule?: () => Promise<unknown>;
}

/** An app with one route, and the order in which it asked the outside world. */
export function rig({ spec, needs = "agents:read", rpc, limits, parts, rule }: Setting = {}) {
  const steps: string[] = [];
  const paid: Charge[] = [];
  const strikes: string[] = [];
  const outside = fakePlatform((name) => {
    steps.push(name);
    return rpc?.(name) ?? Response.json(name === "my_access" ? ACCESS : null);
  }, {
    authenticate: () => {
      steps.push("authenticate");
      return Promise.resolve(ANN);
    },
    limits: {
      ...NO_LIMITS,
      admit: (address) => Promise.resolve(void steps.push(`admit ${address}`)),
      take: (charges) => {
        steps.push("take");
        paid.push(...charges);
        return Promise.resolve([]);
      },
      strike: (address, rule) => {
        strikes.push(`${rule} ${address}`);
        return Promise.resolve(undefined);
      },
      ...limits,
    },
    ...parts,
  });
  const it = route(
    {
      method: "get",
      path: "/it",
      summary: "",
      accept: z.object({ query: z.object({ n: text(9) }) }),
      budget: "read",
      ...spec,
      needs,
    },
    rule ?? (() => Promise.resolve(steps.push("rule"))),
  );
  const app = createApp("x", outside.platform, [it]);
  const ask = (path = "/x/it?n=1", headers: Record<string, string> = {}, method = "GET") =>
    app.request(path, { method, headers: { ...BYTES, ...headers } });
  return { ...outside, app, ask, steps, paid, strikes };
}

/** The code of a refusal. */
export async function codeOf(response: Response): Promise<string> {
  return (await response.json()).code;
}
