import type { Api } from "./api.ts";
import { isTerminal, readEvents } from "./events.ts";
import { delayOf, isWorthwhile, pause } from "./retry.ts";
import { hasEnded } from "./status.ts";
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

/** A stream that is open already: whose run's it is, and what it says. */
export interface Opened {
  id: string;
  response: Response;
}

const MAX_RECONNECTS = 10;
/** Between two streams that ended well: the server ends each after a minute. */
const BREATH_MS = 100;

/**
 * A run's events, each once and in order, to its terminal one. A stream that is lost goes on where it
 * was (`Last-Event-ID`). Rejects when the caller may not read on, and when the server stays away.
 */
export async function* followRun(
  api: Api,
  opened: Opened | { id: string },
  options: FollowOptions = {},
): AsyncGenerator<RunEvent, void> {
  const { signal, maxReconnects = MAX_RECONNECTS, onState = () => {} } = options;
  let seen = options.after ?? 0;
  let response = "response" in opened ? opened.response : undefined;
  for (let failures = 0;;) {
    try {
      response ??= await open(api, opened.id, seen, signal);
      onState("connected");
      const before = seen;
      for await (const event of readEvents(response)) {
        if (event.seq <= seen) continue;
        seen = event.seq;
        failures = 0;
        yield event;
        if (isTerminal(event.type)) return;
      }
      if (seen === before && await isOver(api, opened.id, signal)) return;
      await pause(BREATH_MS, signal);
    } catch (err) {
      signal?.throwIfAborted();
      if (!isWorthwhile(err, true) || ++failures > maxReconnects) throw err;
      onState("reconnecting");
      await pause(delayOf(err, failures), signal);
    }
    response = undefined;
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

/** Whether a run ended whose last event was seen by its reader before. */
async function isOver(api: Api, id: string, signal: AbortSignal | undefined): Promise<boolean> {
  const run = await api.request("GET", "/execute/runs/{id}", { params: { id }, signal });
  return hasEnded(run.status);
}
