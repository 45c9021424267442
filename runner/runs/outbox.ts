import type {
  PlacedLine,
  RunnerLine,
} from "../../supabase/functions/_shared/sandbox/remote/wire.ts";

/** How a reader is treated, and who learns that there is none any more. */
export interface OutboxOptions {
  /** A reader that takes nothing for so long is cut off. */
  stallMs: number;
  /** Called once when the reader left or was cut off before the end. */
  onGone(): void;
}

const CHUNK_CHARS = 64 * 1024;

/**
 * The lines on their way to a client. Writers never wait: what a run may say is bounded by its
 * limits, and a client that does not read is cut off.
 */
export class Outbox {
  readonly body: ReadableStream<Uint8Array>;
  #lines: string[] = [];
  #state: "open" | "closed" | "gone" = "open";
  #wake: (() => void) | undefined;
  #stalling: ReturnType<typeof setTimeout> | undefined;
  readonly #over = Promise.withResolvers<void>();

  constructor(readonly options: OutboxOptions) {
    this.body = new ReadableStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
  }

  /** Settles when everything was taken, or nobody takes it any more. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  push(line: RunnerLine | PlacedLine): void {
    if (this.#state !== "open") return;
    this.#lines.push(`${JSON.stringify(line)}\n`);
    this.#wake?.();
  }

  /** Ends the stream behind what was pushed. */
  close(): void {
    if (this.#state === "open") this.#state = "closed";
    this.#wake?.();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    clearTimeout(this.#stalling);
    while (this.#lines.length === 0 && this.#state === "open") {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.#state === "gone") return;
    if (this.#lines.length === 0) {
      controller.close();
      return this.#over.resolve();
    }
    controller.enqueue(encoder.encode(this.#chunk()));
    this.#stalling = setTimeout(() => {
      controller.close(); // an error would be printed by Deno, with a stack
      this.#leave();
    }, this.options.stallMs);
  }

  #chunk(): string {
    let chars = 0;
    const count = this.#lines.findIndex((line) => (chars += line.length) >= CHUNK_CHARS) + 1;
    return this.#lines.splice(0, count || this.#lines.length).join("");
  }

  #leave(): void {
    clearTimeout(this.#stalling);
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#lines = [];
    this.#wake?.();
    this.#over.resolve();
    this.options.onGone();
  }
}

const encoder = new TextEncoder();
