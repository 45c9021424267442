import * as z from "zod";
import { about } from "../../_shared/log.ts";
import { type Route, runRoute } from "../../_shared/route.ts";
import { conduct } from "./conduct.ts";
import { CallReply, NewCall, type StreamLine } from "./schema.ts";
import type { Tool } from "./tool.ts";

/** Tool calls: what running agents ask for. */
export function createCalls(list: readonly Tool[]): readonly Route[] {
  const tools = new Map(list.map((tool) => [tool.name, tool]));
  return [
    runRoute({
      method: "post",
      path: "/calls",
      summary: "Call a tool on behalf of a run; `waiting` while a person is asked",
      accept: z.object({ body: NewCall }),
      access: "run",
      budget: "execute",
      reply: CallReply,
    }, async ({ body }, { run, attempt, platform, requestId, traceparent, signal }) => {
      const { watch, metrics, tracer } = platform;
      const log = about(platform.log, { request_id: requestId, run_id: run });
      const deps = { tools, watch, metrics, tracer, log, requestId, traceparent };
      const conductor = { ...deps, service: platform.service() };
      const conducted = await conduct(conductor, { ...body, run, attempt }, signal);
      return Symbol.asyncIterator in conducted ? lines(conducted) : conducted;
    }),
  ];
}

/** One JSON text a line. Who stops reading stops the tool. */
function lines(items: AsyncGenerator<StreamLine, void, void>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await items.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(JSON.stringify(value) + "\n"));
    },
    async cancel() {
      await items.return();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}
