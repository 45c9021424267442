import { keepAlive } from "../background.ts";

/** Waits so many milliseconds, or until the signal is aborted. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** What is written, and how much of it there is. */
export interface RhythmDeps {
  /** Writes all that waits; false when it could not. Never throws. */
  write(): Promise<boolean>;
  /** How many rows wait. */
  size(): number;
  pause?: Pause | undefined;
  /** What has come is written no later than this after it came, in milliseconds. */
  latestMs?: number;
}

/** When to write: soon when there is much, and ever later while it fails. */
export interface Rhythm {
  /** To be called when something has come to be written. */
  stir(): void;
  /** Writes now, once; what cannot be written stays in the rhythm. */
  flush(): Promise<void>;
}

/** An event is stored no later than this after it came, unless told otherwise. */
const LATEST_MS = 1_000;
/** No write follows another sooner than that. */
const SOONEST_MS = 200;
/** So many rows are written as soon as may be. */
const MANY_ROWS = 100;
/** The longest wait between two tries while writing fails. */
const MAX_RETRY_MS = 30_000;

/** A rhythm. While something waits to be written, the isolate is asked to stay. */
export function createRhythm(
  { write, size, pause = sleep, latestMs = LATEST_MS }: RhythmDeps,
): Rhythm {
  let running = false;
  let run: Promise<void> = Promise.resolve();
  let many = new AbortController();
  let halt = new AbortController();

  async function wait(failures: number): Promise<void> {
    if (failures > 0) {
      return await pause(Math.min(LATEST_MS * 2 ** failures, MAX_RETRY_MS), halt.signal);
    }
    await pause(SOONEST_MS, halt.signal);
    many = new AbortController();
    if (size() >= MANY_ROWS) return;
    await pause(latestMs - SOONEST_MS, AbortSignal.any([many.signal, halt.signal]));
  }

  async function writeAll(): Promise<void> {
    for (let failures = 0; size() > 0 && !halt.signal.aborted;) {
      await wait(failures);
      if (halt.signal.aborted) break;
      failures = await write() ? 0 : failures + 1;
    }
    running = false;
  }

  function stir(): void {
    if (size() >= MANY_ROWS) many.abort();
    if (running) return;
    running = true;
    halt = new AbortController();
    run = writeAll();
    keepAlive(run);
  }

  return {
    stir,
    async flush() {
      halt.abort();
      await run;
      await write();
      if (size() > 0) stir();
    },
  };
}

/** A time-out signal's timer keeps no process from ending, unlike one of our own. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(ms);
    const done = () => {
      timeout.removeEventListener("abort", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    timeout.addEventListener("abort", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
