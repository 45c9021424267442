import * as z from "zod";
import type { Limits } from "./adapter.ts";

/** What the bench asks of a station: one JSON text a line, over a loopback socket. */
export type Ask =
  & { id: number }
  & (
    | { do: "ping" }
    /** Answered when what is kept warm is warm, and garbage is collected. */
    | { do: "rest" }
    | {
      do: "load";
      program: string;
      input: string;
      output: string;
      logs: number;
      limits: Limits;
      /** Runs under way at once. */
      atOnce: number;
      /** Runs that are begun at least, and the time after which no more are begun. */
      runs: number;
      forMs: number;
      /** Idle time before each run, once what is kept warm is warm. */
      gapMs: number;
    }
    | { do: "play"; program: string; input: string; tools: readonly string[]; limits: Limits }
    | { do: "answered"; call: number; ok: boolean; text: string }
  );

const id = z.number();

const loadSchema = z.object({
  /** Of runs that gave the right result. */
  latenciesMs: z.array(z.number()),
  /** Until the last run had ended and what is kept warm was warm again. */
  elapsedMs: z.number(),
  /** How the others ended. */
  failures: z.array(z.string()),
});

const outcomeSchema = z.object({
  status: z.enum([
    ...["succeeded", "failed", "timed_out", "out_of_memory", "output_exceeded"] as const,
    "cancelled",
  ]),
  output: z.string().exactOptional(),
  logs: z.number(),
  error: z.string().exactOptional(),
});

const playedSchema = z.object({
  outcome: outcomeSchema,
  began: z.number(),
  ended: z.number(),
  /** The longest time that the host's event loop stood still meanwhile. */
  lagMs: z.number(),
  polluted: z.boolean(),
});

/** What a station tells the bench. Times are milliseconds since the epoch. */
export const tellSchema = z.union([
  z.object({ ready: z.string(), about: z.string() }),
  z.object({ id, began: z.number() }),
  z.object({ id, call: z.number(), tool: z.string(), args: z.string() }),
  z.object({ id, error: z.string() }),
  z.object({ id, load: loadSchema }),
  z.object({ id, played: playedSchema }),
  z.object({ id, pong: z.literal(true) }),
]);

export type Tell = z.infer<typeof tellSchema>;

/** How a batch went. */
export type Load = z.infer<typeof loadSchema>;

/** How one program ended, and what its host noticed of it. */
export type Played = z.infer<typeof playedSchema>;
