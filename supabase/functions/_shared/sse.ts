/** One server-sent event. */
export interface SseMessage {
  id: string;
  event: string;
  /** One line of text; JSON texts are. */
  data: string;
}

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;

/** Whether an `Accept` header asks for a stream. */
export function acceptsStream(accept: string | undefined): boolean {
  return /\btext\/event-stream\b/i.test(accept ?? "");
}

/** How a stream is kept and left. */
export interface StreamOptions {
  /** Called when the reader leaves before the end. */
  onLeave?: () => void;
  /** Called once when nothing more will be sent, whatever the reason. */
  onEnd?: () => void;
  /** Ends the stream without another word, even while the next message is waited for. */
  until?: AbortSignal;
  /** Milliseconds between comments that show that the stream lives. */
  heartbeatMs?: number;
}

/**
 * A `text/event-stream` response over messages. A comment goes out at once and every 15 s, so that
 * neither the platform nor a proxy takes silence for death. When the reader leaves, `onLeave` is
 * called, and the iteration ends at its next message; so it does when `until` is aborted.
 */
export function eventStream(
  messages: AsyncIterable<SseMessage>,
  options: StreamOptions = {},
): Response {
  return new Response(new ReadableStream(sourceOf(messages, options)), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
    },
  });
}

function sourceOf(
  messages: AsyncIterable<SseMessage>,
  { onLeave = () => {}, onEnd = () => {}, until, heartbeatMs = HEARTBEAT_MS }: StreamOptions,
): UnderlyingDefaultSource<Uint8Array> {
  const iterator = messages[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  let hasEnded = false;
  let cut = () => {};
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    clearInterval(heartbeat);
    until?.removeEventListener("abort", cut);
    onEnd();
  };
  return {
    start(controller) {
      controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n: open\n\n`));
      heartbeat = setInterval(
        () => controller.enqueue(encoder.encode(": alive\n\n")),
        heartbeatMs,
      );
      cut = () => {
        if (hasEnded) return;
        end();
        controller.close();
        onLeave();
        // A generator that waits for its next message ends after it: nobody waits for that here.
        iterator.return?.().catch(() => {});
      };
      until?.addEventListener("abort", cut);
      if (until?.aborted) cut();
    },
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (hasEnded) return;
        if (!done) return controller.enqueue(encoder.encode(format(value)));
        end();
        controller.close();
      } catch (err) {
        if (hasEnded) return;
        end();
        controller.error(err);
      }
    },
    async cancel() {
      end();
      onLeave();
      await iterator.return?.();
    },
  };
}

function format({ id, event, data }: SseMessage): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}
