import type { Api } from "./api.ts";
import { expectStream, isTerminal, readEvents } from "./events.ts";
import { about, ConnectionError } from "./errors.ts";
import { delayOf, isWorthwhile, pause } from "./retry.ts";
import { hasEnded } from "./status.ts";
import { MAX_RECONNECTS } from "./wait.ts";
import type { RunEvent } from "./wire.ts";

/** How a run is followed. */
export interface FollowOptions {
  /** The last event that was seen already: those after it come. */
  after?: number | undefined;
  /** Stops following; the run goes on. */
  signal?: AbortSignal | undefined;
  /** How often in a row a lost stream is asked for again before it rejects; 10 if left out. */
  maxReconnects?: number | undefined;
  /** Told when the stream is lost and when it is there again. */
  onState?: ((state: "connected" | "reconnecting") => void) | undefined;
}

/** A run that has begun, and its stream where one is open already. */
export interface Opened {
  id: string;
  response?: Response;
}

/** A stream that ends earlier and says nothing is one that something in between does not let through. */
const SHORTEST_MS = 1_000;
/** Between two streams that ended well: the server ends each after a minute. */
const BREATH_MS = 100;

/**
 * A run's events, each once and in order, to its terminal one. A stream that is lost goes on where it
 * was (`Last-Event-ID`). Rejects when the caller may not read on, and when the server stays away.
 */
export async function* followRun(
  api: Api,
  opened: Opened,
  options: FollowOptions = {},
): AsyncGenerator<RunEvent, void> {
  const { signal, maxReconnects = MAX_RECONNECTS, onState = () => {} } = options;
  let [seen, failures] = [options.after ?? 0, 0];
  for (let { response } = opened;; response = undefined) {
    try {
      response ??= await open(api, opened.id, seen, signal);
      await expectStream(response);
      onState("connected");
      const [before, connectedAt] = [seen, performance.now()];
      for await (const event of readEvents(response)) {
        if (event.seq <= seen) continue;
        [seen, failures] = [event.seq, 0];
        yield event;
        if (isTerminal(event.type)) return;
      }
      if (seen === before && await isOver(api, opened, connectedAt, signal)) return;
      failures = 0;
      await pause(BREATH_MS, signal);
    } catch (err) {
      signal?.throwIfAborted();
      if (!isWorthwhile(err, true) || ++failures > maxReconnects) throw about(err, opened.id);
      onState("reconnecting");
      await pause(delayOf(err, failures), signal);
    }
  }
}

function open(
  api: Api,
  id: string,
  seen: number,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return api.fetch("GET", "/execute/runs/{id}/events", {
    params: { id },
    headers: { accept: "text/event-stream", "last-event-id": String(seen) },
    signal,
    retries: 0,
  });
}

/**
 * Whether a run ended whose last event was seen by its reader before. If it goes on, a stream that
 * ended at once without a word is a `ConnectionError`.
 */
async function isOver(
  api: Api,
  { id }: Opened,
  connectedAt: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const livedMs = performance.now() - connectedAt;
  const run = await api.request("GET", "/execute/runs/{id}", { params: { id }, signal });
  if (hasEnded(run.status)) return true;
  if (livedMs < SHORTEST_MS) throw new ConnectionError("The stream ended at once, the run did not");
  return false;
}
