import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";

const hookId = prefixedId("hook");
const runId = prefixedId("run");

/** The path parameter that names a hook. What is no id is told what an unknown one is. */
export const ByHook = z.object({ id: z.string().max(200) });

/** The UUID of a hook as its address has it. */
export const HookParam = hookId.param;

/** The UUID of a run as its receipt has it. */
export const RunParam = runId.param;

/** What a sender is told: which run its delivery began. */
export const HookReceipt = z.object({
  run: runId.wire.nullable()
    .meta({ description: "Null where nothing was to be run, as for GitHub's ping" }),
  replayed: z.boolean().meta({ description: "Whether this delivery came before" }),
}).meta({ id: "HookReceipt" });
export type HookReceipt = z.infer<typeof HookReceipt>;

/** The receipt of a run, by its UUID. */
export function receiptOf(run: string, replayed: boolean): HookReceipt {
  return { run: runId.of(run), replayed };
}
