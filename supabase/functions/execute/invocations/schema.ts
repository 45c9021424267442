import * as z from "zod";
import { RunError, RunUsage } from "../../_shared/run/schema.ts";
import { text } from "../../_shared/schema.ts";
import { Run } from "../runs/schema.ts";

const MAX_QUERY_CHARS = 256 * 1024;

/** What RunAgent's clients send. All of it, as it is, becomes the agent's input. */
export const NewInvocation = z.strictObject({
  query: text(MAX_QUERY_CHARS),
  parameters: z.record(z.string().max(255), z.unknown()).optional(),
  session_id: text(255).optional(),
}).meta({ id: "NewInvocation", description: "The body, as it is, becomes the agent's input." });

const Failure = z.object({
  code: Run.shape.status,
  message: RunError.shape.message,
}).meta({ id: "InvocationFailure" });

/** A run that has ended, told as RunAgent does. Its clients look at `success` or at `result`. */
export const Invocation = z.object({
  success: z.boolean(),
  result: z.unknown().meta({ description: "What the agent returned; null if it did not" }),
  error: Failure.nullable(),
  usage: RunUsage.nullable(),
  metadata: z.object({
    execution_time: z.number().min(0).nullable().meta({ description: "Seconds" }),
    agent_version: z.string().max(16),
    run_id: Run.shape.id,
    request_id: z.string().max(200).nullable(),
  }),
}).meta({ id: "Invocation" });
export type Invocation = z.infer<typeof Invocation>;

/** How a run's terminal event tells of its end. */
export const Ending = z.object({
  status: Run.shape.status,
  output: z.unknown().optional(),
  error: RunError.nullish().catch(null),
  usage: RunUsage.nullish().catch(null),
});
export type Ending = z.infer<typeof Ending>;
