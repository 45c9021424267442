import { PostgrestError } from "@supabase/supabase-js";
import * as z from "zod";
import type { Reply } from "../../../../supabase/functions/_shared/db.ts";
import type { EventRow } from "../../../../supabase/functions/_shared/watch/event.ts";
import type { WatchDeps } from "../../../../supabase/functions/_shared/watch/watch.ts";

/** What a database answers that is not there. */
export const OUTAGE = refusing("", "fetch failed");
/** What a database answers that does not want what it was given. */
export const REFUSAL = refusing("22023", "no");

const Args = z.object({ events: z.string() });

function refusing(code: string, message: string): Reply<unknown> {
  return { data: null, error: new PostgrestError({ code, message, details: "", hint: "" }) };
}

/** A place for a watch: its database is a list, and its time passes when it is told to. */
export class Place {
  /** Every write, answered with success or not. */
  readonly writes: string[] = [];
  readonly logged: string[] = [];
  /** How long was waited each time, in milliseconds. */
  readonly pauses: number[] = [];
  /** What a write is answered; undefined stands for success. */
  answer: (events: string) => Promise<Reply<unknown> | undefined> = () =>
    Promise.resolve(undefined);
  #stored: string[] = [];
  #waiting: (() => void)[] = [];

  readonly deps: WatchDeps = {
    webhook: undefined,
    log: (_level, name) => void this.logged.push(name),
    service: async (_name, args) => {
      const { events } = Args.parse(args);
      this.writes.push(events);
      const reply = await this.answer(events);
      if (reply === undefined) this.#stored.push(events);
      return reply ?? { data: { recorded: 1, alerts: 0 }, error: null };
    },
    pause: (ms, signal) =>
      new Promise((resolve) => {
        this.pauses.push(ms);
        this.#waiting.push(resolve);
        signal.addEventListener("abort", () => resolve());
        if (signal.aborted) resolve();
      }),
  };

  /** The rows of the writes that were answered with success. */
  stored(): EventRow[] {
    return this.#stored.flatMap((text) => JSON.parse(text));
  }

  /** Time passes until something is written, if anything waits to be. */
  async passTime(): Promise<void> {
    const before = this.writes.length;
    for (let round = 0; round < 4 && this.writes.length === before; round++) {
      for (const resolve of this.#waiting.splice(0)) resolve();
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    }
  }
}
