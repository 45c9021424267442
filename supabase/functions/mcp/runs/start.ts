import { Fault } from "../../_shared/fault.ts";
import type { Ask } from "../siblings/ask.ts";
import { Started } from "./schema.ts";

/** What to run. */
export interface Wanted {
  agent: string;
  input: unknown;
  version?: number | undefined;
}

/**
 * Has the execute function start a run; answers its id. Where no answer came in time, it is asked
 * once more, under the same key: so there is one run, and it is the one that is told of. `id` names
 * the client's request, if anything does.
 */
export async function startRun(
  ask: Ask,
  id: string | undefined,
  { agent, ...body }: Wanted,
): Promise<string> {
  const question = {
    method: "POST",
    path: `/execute/agents/${encodeURIComponent(agent)}`,
    body,
    // Started at once and answered at once.
    headers: {
      prefer: "wait=0",
      "idempotency-key": id ?? `mcp-${crypto.randomUUID()}`,
      ...(id && { "x-request-id": id }),
    },
  } as const;
  const started = await ask(question).catch((err: unknown) => {
    if (err instanceof Fault && err.code === "internal") return ask(question);
    throw err;
  });
  return Started.parse(started).id;
}
