/** The worker in which TypeScript's compiler lives: it is 3 MB, and thinks for a second at first. */
import { AGENT_TYPES } from "../../sdk/authoring/agent_types.ts";
import { answer } from "./answers.ts";
import { createWorkbench } from "./host.ts";
import { libraries } from "./libraries.ts";
import type { Reply, Request } from "./wire.ts";

const bench = createWorkbench(libraries(), AGENT_TYPES);

addEventListener("message", ({ data }: MessageEvent<Request>) => postMessage(reply(data)));

function reply(request: Request): Reply {
  try {
    return answer(bench, request);
  } catch (thrown) {
    return { id: request.id, problem: thrown instanceof Error ? thrown.message : "failed" };
  }
}
