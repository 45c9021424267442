import * as z from "zod";
import { Bytes, jsonOf } from "../../_shared/input.ts";
import { type Route, runnerRoute } from "../../_shared/route.ts";
import * as wire from "../../_shared/run/pull_wire.ts";
import { beginAt } from "./begin.ts";
import { giveRun } from "./give.ts";
import { readClaim } from "./held.ts";
import { appendEvents, releaseRun, settleRun } from "./repo.ts";

/** The queue as runners see it: a run is theirs from its claim to its end, and no other is there. */
export const claims: readonly Route[] = [
  runnerRoute({
    method: "post",
    path: "/queue/claims",
    summary: "Take the next run of the queue, waiting for one",
    accept: z.object({ body: wire.Offer }),
    access: "runner",
    budget: "read",
    reply: wire.Claimed,
  }, ({ body }, call) => giveRun(call, body)),
  runnerRoute(
    {
      method: "post",
      path: "/queue/claims/:run/begin",
      summary: "Begin a run that was taken",
      accept: z.object({ params: wire.ByClaimed, body: wire.Beginning }),
      access: "runner",
      budget: "read",
      reply: wire.Begun,
    },
    async ({ params, body }, call) =>
      beginAt(call, await readClaim(call, params.run, body.token), body),
  ),
  runnerRoute({
    method: "post",
    path: "/queue/claims/:run/events",
    summary: "Report what happened in a run, or that it lives",
    accept: z.object({ params: wire.ByClaimed, bytes: Bytes }),
    access: "runner",
    budget: "read",
    reply: wire.Heard,
  }, async ({ params, bytes }, call) => {
    const { token, events } = jsonOf(wire.Report, bytes);
    const held = await readClaim(call, params.run, token);
    return { stop: await appendEvents(call.service, held, JSON.stringify(events)) };
  }),
  runnerRoute({
    method: "post",
    path: "/queue/claims/:run/settle",
    summary: "End a run",
    accept: z.object({ params: wire.ByClaimed, bytes: Bytes }),
    access: "runner",
    budget: "read",
    reply: wire.Settled,
  }, async ({ params, bytes }, call) => {
    const { token, ending, events } = jsonOf(wire.Settling, bytes);
    const held = await readClaim(call, params.run, token);
    return settleRun(call.service, held, { ending, events: JSON.stringify(events) });
  }),
  runnerRoute({
    method: "post",
    path: "/queue/claims/:run/release",
    summary: "Give a run back, for another runner or another time",
    accept: z.object({ params: wire.ByClaimed, body: wire.Release }),
    access: "runner",
    budget: "read",
    status: 204,
  }, async ({ params, body }, call) => {
    const held = await readClaim(call, params.run, body.token);
    await releaseRun(call.service, held, { delayMs: body.delay_ms, reason: body.reason });
  }),
];
