import type { Ending, Event } from "../engine.ts";
import { Channel } from "./channel.ts";

/** Where a run puts what it says. */
export type Out = Channel<Event | Ending>;

/**
 * Yields what `work` puts into its channel, as it comes. `work` is told to stop when `signal` is
 * aborted and when the reader leaves, and is always awaited: nothing of it goes on afterwards.
 */
export async function* stream(
  signal: AbortSignal,
  work: (stopped: AbortSignal, out: Out) => Promise<void>,
): AsyncGenerator<Event | Ending, void> {
  const stop = new AbortController();
  const forward = () => stop.abort();
  signal.addEventListener("abort", forward);
  if (signal.aborted) stop.abort();
  const channel: Out = new Channel();
  const working = work(stop.signal, channel).finally(() => channel.close());
  working.catch(() => {}); // it is awaited below, if the reader comes so far
  try {
    yield* channel;
    await working;
  } finally {
    signal.removeEventListener("abort", forward);
    stop.abort();
    await working.catch(() => {});
  }
}
