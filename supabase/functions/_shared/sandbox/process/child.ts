import * as z from "zod";
import { frameSchema, type Order, SAY } from "./frames.ts";
import { Lines, TooMuchSaid } from "./lines.ts";
import { Meter } from "./meter.ts";

/** One thing that a sandbox process has said. */
export type Frame = z.infer<typeof frameSchema>;

/** How a process ended. `stderr` is the beginning of its complaints: for us, never for others. */
export interface Death {
  code: number;
  signal: Deno.Signal | null;
  stderr: string;
}

/** Who uses a child hears of it; until somebody does, a word is a fault. */
export interface Listener {
  hear(frame: Frame): void;
  /** It said what no honest child says; it is being killed. */
  fault(): void;
  died(death: Death): void;
}

const BOOT_BYTES = 1_024;
/** A child that is not warm by then never will be; meanwhile it keeps others from being started. */
export const MAX_START_MS = 15_000;
/** A bubblewrap that is killed while it builds its box can leave the half-built box behind. */
const MAX_BUILD_MS = 5_000;
const encoder = new TextEncoder();

/** What carries a child's words, and ends it. */
export interface Body {
  /** The process to measure, or a box around it; known once the child is ready. */
  readonly pid: number;
  /** What the process says, to its end. */
  readonly output: AsyncIterable<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
  /** Settles when the process, and everything in its box, is gone. Never rejects. */
  live(fault: (thrown: unknown) => void): Promise<Death>;
  kill(): void;
}

/** A sandbox process, from its start to its death. Whoever starts it has to {@link kill} it. */
export class Child {
  /** True when it is warm, false when it never will be. */
  readonly ready: Promise<boolean>;
  /** Resolves when the process and everything in its box are gone, and with them their pipes. */
  readonly gone: Promise<Death>;
  readonly #body: Body;
  readonly #lines = new Lines(BOOT_BYTES, BOOT_BYTES);
  readonly #warm = Promise.withResolvers<boolean>();
  readonly #late: ReturnType<typeof setTimeout>;
  #listener: Listener | undefined;
  #isGone = false;
  #isDying = false;
  #runs = 0;
  #isReady = false;
  #unreadBytes = 0;
  #meter: Meter | undefined;

  /** Kills it when it is not warm after `startMs`. */
  constructor(body: Body, startMs = MAX_START_MS) {
    this.#body = body;
    this.#late = setTimeout(() => this.#giveUp(), startMs);
    this.ready = this.#warm.promise;
    this.gone = this.#live();
  }

  /** Is it dead, or about to be? Then nobody can use it any more. */
  get isDying(): boolean {
    return this.#isDying;
  }

  /** Measures the process itself, not the box around it. There once it is warm. */
  get meter(): Meter | undefined {
    return this.#meter;
  }

  /** Bytes that were sent and that the process has not taken yet. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** Hands what the child says to `listener`, within new bounds; nobody else hears it any more. */
  listen(listener: Listener, maxLineBytes: number, maxTotalBytes: number): void {
    this.#listener = listener;
    this.#lines.allow(maxLineBytes, maxTotalBytes);
  }

  /** From here on every word is a fault again. */
  ignore(): void {
    this.#listener = undefined;
    this.#lines.allow(BOOT_BYTES, BOOT_BYTES);
  }

  send(order: Order): void {
    const bytes = encoder.encode(JSON.stringify(order) + "\n");
    this.#unreadBytes += bytes.length;
    const taken = () => void (this.#unreadBytes -= bytes.length);
    this.#body.write(bytes).then(taken, taken);
  }

  /** The number of a run that begins now: what is said to one run must not reach another. */
  nextRun(): number {
    return ++this.#runs;
  }

  /** Ends the process, if it has not ended. Resolves when nothing is left of it. */
  async kill(): Promise<Death> {
    this.#isDying = true;
    if (!this.#isReady && !this.#isGone) await within(MAX_BUILD_MS, [this.ready, this.gone]);
    this.#body.kill();
    return await this.gone;
  }

  async #live(): Promise<Death> {
    const dying = this.#body.live((thrown) => this.#fault(thrown));
    const [death] = await Promise.all([dying, this.#hear()]);
    this.#isGone = this.#isDying = true;
    clearTimeout(this.#late);
    this.#warm.resolve(false);
    this.#listener?.died(death);
    return death;
  }

  #giveUp(): void {
    this.#warm.resolve(false);
    this.kill();
  }

  /** Reads to the end whatever comes: only then the pipe is known to be closed on the other side. */
  async #hear(): Promise<void> {
    let isSane = true;
    for await (const chunk of this.#body.output) {
      if (!isSane) continue;
      try {
        for (const line of this.#lines.push(chunk)) this.#take(line);
      } catch (thrown) {
        isSane = false;
        this.#fault(thrown);
      }
    }
  }

  #take(line: string): void {
    const frame = frameSchema.parse(JSON.parse(line));
    if (this.#listener) return this.#listener.hear(frame);
    if (this.#isReady || frame[0] !== SAY.ready) throw new TooMuchSaid("nobody asked");
    this.#isReady = true;
    clearTimeout(this.#late);
    this.#meter = new Meter(this.#body.pid);
    this.#warm.resolve(true);
  }

  #fault(thrown: unknown): void {
    this.kill();
    const hostile = [TooMuchSaid, SyntaxError, TypeError, z.ZodError].some((kind) =>
      thrown instanceof kind
    );
    if (hostile) return this.#listener?.fault();
    throw thrown;
  }
}

async function within(ms: number, all: Promise<unknown>[]): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([...all, over.promise]);
  clearTimeout(timer);
}
