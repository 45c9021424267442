import { createParser } from "eventsource-parser";
import { ConnectionError } from "./errors.ts";
import { RUN_ENDINGS } from "./lists.ts";
import type { RunEvent } from "./wire.ts";

/** The server says at least a comment every 15 s: what is silent for longer is dead. */
const SILENCE_MS = 45_000;
const LAST: ReadonlySet<string> = new Set(RUN_ENDINGS.map((ending) => `run.${ending}`));

/** Whether an event of this type is the last one of its run. */
export function isTerminal(type: string): boolean {
  return LAST.has(type);
}

/**
 * The events of a `text/event-stream` answer. Rejects with a `ConnectionError` when it breaks off or
 * falls silent; returns when the server ends it, which need not be the end of the run.
 */
export async function* readEvents(
  { body }: Response,
  silenceMs: number = SILENCE_MS,
): AsyncGenerator<RunEvent, void> {
  if (body === null) return;
  const events: RunEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => void events.push(parseEvent(data)) });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(silenceMs, reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* events.splice(0);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Rejects with a `ConnectionError` where something else than a stream was answered. */
export async function expectStream({ headers, body }: Response): Promise<void> {
  const type = headers.get("content-type");
  if (type?.startsWith("text/event-stream")) return;
  await body?.cancel();
  throw new ConnectionError(`The answer is no stream but ${type}`);
}

function parseEvent(data: string): RunEvent {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new ConnectionError("The stream holds something that is no event", { cause });
  }
}

/** What is read, unless nothing comes for too long. */
async function within<T>(ms: number, reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionError(`Nothing came for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([reading, silence]);
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause;
    throw new ConnectionError("The stream broke off", { cause });
  } finally {
    clearTimeout(timer);
  }
}
