import type { Claim, Ending, Event, Place } from "../engine.ts";
import { Channel } from "../host/channel.ts";
import { neverStarted } from "../host/job.ts";
import type { Admitted } from "./admit.ts";
import { converse } from "./conversation.ts";

/** What runs on a runner are recorded under. */
export const NAME = "remote";

/** The place at the other end of a connection. Giving it up closes the connection. */
export function placeOf({ connection, layers }: Admitted, { run, limits }: Claim): Place {
  let taken = false;
  return {
    engine: NAME,
    layers: [...layers, "runner"],
    leave() {
      if (!taken) connection.cut();
      taken = true;
    },
    async *run(job, signal) {
      if (taken) throw new Error("the place was given back");
      taken = true;
      if (signal.aborted) {
        connection.cut();
        return yield neverStarted(limits);
      }
      const channel = new Channel<Event | Ending>();
      let ended = false;
      const tell = (item: Event | Ending) => {
        ended ||= item.type === "ending";
        channel.push(item);
      };
      // The token says which limits hold, whatever the job does.
      const talk = { run, job: { ...job, limits }, connection, tell };
      const talking = converse(talk, signal).finally(() => channel.close());
      talking.catch(() => {}); // it is awaited below, if the reader comes so far
      try {
        yield* channel;
        await talking;
      } finally {
        if (!ended) connection.cut();
        await talking.catch(() => {});
      }
    },
  };
}
