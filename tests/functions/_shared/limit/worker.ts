/** One process of several that share a budget: starts when it is told to, and says how it went. */
import * as z from "zod";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { createLimits } from "../../../../supabase/functions/_shared/limit/limits.ts";
import { createService } from "../../../../supabase/functions/_shared/service.ts";
import { hammer } from "./hammer.ts";

/** What a worker is given as its argument. */
export const Job = z.object({
  upstash: z.object({ url: z.string(), token: z.string() }).optional(),
  env: z.record(z.string(), z.string()),
  charges: z.array(z.object({
    budget: z.enum(["read", "write", "execute", "stream"]),
    subject: z.string(),
    quota: z.number(),
    windowS: z.number(),
  })),
  concurrency: z.number(),
  /** Absent: until its input ends. */
  requests: z.number().optional(),
  pauseMs: z.number().optional(),
  /** Whether nothing at all is asked before it begins. */
  cold: z.boolean().optional(),
});
export type Job = z.infer<typeof Job>;

if (import.meta.main) {
  const { upstash, env, charges, cold, ...load } = Job.parse(JSON.parse(Deno.args[0] ?? ""));
  const limits = createLimits({ upstash, service: createService(readEnv(env))(), log: () => {} });
  if (cold !== true) await limits.peek(charges);
  console.log("ready");
  const stdin = Deno.stdin.readable.getReader();
  await stdin.read();
  const enough = new AbortController();
  const ended = stdin.read().then(() => load.requests === undefined && enough.abort());
  console.log(JSON.stringify(await hammer(limits, charges, { ...load, enough: enough.signal })));
  await ended;
}
