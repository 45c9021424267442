/** One server-sent event. */
export interface SseMessage {
  id: string;
  event: string;
  /** One line of text; JSON texts are. */
  data: string;
}

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;

/** How a stream is kept and left. */
export interface StreamOptions {
  /** Called when the reader leaves before the end. */
  onLeave?: () => void;
  /** Milliseconds between comments that show that the stream lives. */
  heartbeatMs?: number;
}

/**
 * A `text/event-stream` response over messages. A comment goes out at once and every 15 s, so that
 * neither the platform nor a proxy takes silence for death. When the reader leaves, `onLeave` is
 * called, and the iteration ends at its next message.
 */
export function eventStream(
  messages: AsyncIterable<SseMessage>,
  { onLeave = () => {}, heartbeatMs = HEARTBEAT_MS }: StreamOptions = {},
): Response {
  const iterator = messages[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  const stop = () => clearInterval(heartbeat);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n: open\n\n`));
      heartbeat = setInterval(
        () => controller.enqueue(encoder.encode(": alive\n\n")),
        heartbeatMs,
      );
    },
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (!done) return controller.enqueue(encoder.encode(format(value)));
        stop();
        controller.close();
      } catch (err) {
        stop();
        controller.error(err);
      }
    },
    async cancel() {
      stop();
      onLeave();
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
    },
  });
}

function format({ id, event, data }: SseMessage): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}
