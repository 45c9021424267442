import * as z from "zod";
import { Timestamp } from "../../_shared/schema.ts";

/** One tool call: its id was chosen where the run executes, so that it counts once. */
export const NewCall = z.strictObject({
  call: z.uuid(),
  tool: z.string().max(200),
  args: z.unknown(),
});
export type NewCall = z.infer<typeof NewCall>;

/** What a program gets: a value, or why there is none. */
export const CallReply = z.union([
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), code: z.string().max(64), message: z.string().max(300) }),
  z.strictObject({ waiting: z.strictObject({ call: z.uuid(), until: Timestamp }) }),
]);
export type CallReply = z.infer<typeof CallReply>;

/** A line of a streamed answer: pieces, and then the reply. */
export const StreamLine = z.union([z.strictObject({ delta: z.string() }), CallReply]);
export type StreamLine = z.infer<typeof StreamLine>;
