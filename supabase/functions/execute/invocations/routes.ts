import * as z from "zod";
import type { FaultCode } from "../../_shared/fault.ts";
import { type Route, route } from "../../_shared/route.ts";
import { execute, type Machinery } from "../runs/execute.ts";
import { ByAgent } from "../runs/schema.ts";
import { Invocation, NewInvocation } from "./schema.ts";
import { invocationOf, tellAsRunAgent } from "./tell.ts";

/**
 * What clients of RunAgent call. Their runs are runs like all others, and refusals are the same
 * problem documents; `faults` are those of starting a run.
 */
export function createInvocations(
  machinery: Machinery,
  faults: readonly FaultCode[],
): readonly Route[] {
  const accept = z.object({ params: ByAgent, body: NewInvocation });
  const headers = {
    "idempotency-key": "a request repeated with the same key gets the same run, for 24 hours",
  };
  return [
    route({
      method: "post",
      path: "/agents/:name/invoke",
      summary: "Execute an agent and wait, as RunAgent's clients do",
      accept,
      headers,
      needs: "agents:execute",
      budget: "execute",
      reply: Invocation,
      faults,
    }, async ({ params, body }, call) => {
      const ended = await execute(machinery, call, askedOf(params.name, body), {});
      return ended instanceof Response ? ended : invocationOf(ended);
    }),
    route(
      {
        method: "post",
        path: "/agents/:name/stream",
        summary: "Execute an agent and watch it, as RunAgent's clients do",
        accept,
        headers,
        needs: "agents:execute",
        budget: "execute",
        media: ["text/event-stream"],
        streams: "agents:stream",
        faults,
      },
      ({ params, body }, call) =>
        execute(machinery, call, askedOf(params.name, body), { tell: tellAsRunAgent }),
    ),
  ];
}

function askedOf(agent: string, input: z.infer<typeof NewInvocation>) {
  return { agent, body: { input, record: false } };
}
