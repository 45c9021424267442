import * as z from "zod";
import { rows } from "../../_shared/db.ts";
import type { Service } from "../../_shared/service.ts";

const FoundHook = z.object({
  id: z.uuid(),
  owner_id: z.guid(),
  key_id: z.guid().nullable(),
  agent_id: z.uuid(),
  kind: z.enum(["standard", "github"]),
  version: z.int().positive(),
  input_schema: z.unknown(),
  secrets: z.unknown(),
  executes_per_minute: z.int().min(0),
});
export type FoundHook = z.infer<typeof FoundHook>;

const Accepted = z.object({ run_id: z.uuid(), replayed: z.boolean() });

/** A delivery whose signature was right. */
export interface Delivery {
  hookId: string;
  /** What tells it from others: any of them that came before stands for the run from then. */
  marks: readonly string[];
  version: number;
  /** JSON text. */
  input: string;
  requestId: string;
}

/** The hook of that UUID, or undefined where there is none that may be used. */
export async function findHook(service: Service, id: string): Promise<FoundHook | undefined> {
  const reply = await service("find_hook", { hook_id: id });
  return FoundHook.nullable().parse(rows(reply)) ?? undefined;
}

/** Queues a run, or answers the one that this delivery began when it came before. */
export async function acceptHook(
  service: Service,
  { hookId, marks, version, input, requestId }: Delivery,
): Promise<{ runId: string; replayed: boolean }> {
  const reply = await service("accept_hook", {
    hook_id: hookId,
    marks: [...marks],
    version,
    input,
    request_id: requestId,
  });
  const { run_id: runId, replayed } = Accepted.parse(rows(reply));
  return { runId, replayed };
}
