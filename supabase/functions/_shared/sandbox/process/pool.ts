import { EngineUnavailable } from "../engine.ts";
import type { Child } from "./child.ts";

/** What a pool tells of itself. */
export type Log = (event: string, fields: Record<string, string | number>) => void;

const MAX_STARTING = 2;
/** After so many children in a row that never became warm, who asks is told. */
const MAX_FAILURES = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** Keeps some children warm. Each is taken once; what is taken is made again in the background. */
export class Pool {
  readonly #ready: Child[] = [];
  readonly #starting = new Set<Child>();
  /** Every child that is not gone yet, taken or not. */
  readonly #alive = new Set<Child>();
  readonly #waiting: PromiseWithResolvers<Child>[] = [];
  /** Children that were taken, and that may still come back unused. */
  #lent = 0;
  #failures = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #spawned = 0;
  #died = 0;

  constructor(readonly spawn: () => Child, readonly size: number, readonly log: Log) {
    this.#fill();
  }

  /** Children that wait warm, that were ever started, and that died without being asked to. */
  stats(): { warm: number; starting: number; alive: number; spawned: number; died: number } {
    return {
      warm: this.#ready.length,
      starting: this.#starting.size,
      alive: this.#alive.size,
      spawned: this.#spawned,
      died: this.#died,
    };
  }

  /** A warm child, to be {@link spend spent} or {@link giveBack given back}. Throws {@link EngineUnavailable} where none can be had. */
  async take(signal: AbortSignal): Promise<Child | undefined> {
    if (this.#isClosed) throw new EngineUnavailable("the engine is closed");
    const place = this.#ready.findIndex((one) => !one.isDying);
    const [child] = place < 0 ? [] : this.#ready.splice(place, 1);
    if (child !== undefined) {
      this.#lent++;
      return child;
    }
    // while it pauses nobody waits for what has failed so often; after that one may try again
    if (this.#failures >= MAX_FAILURES && this.#pause !== undefined) {
      throw new EngineUnavailable("no sandbox process starts");
    }
    const waiter = Promise.withResolvers<Child>();
    this.#waiting.push(waiter);
    this.#fill();
    return await this.#wait(waiter, signal);
  }

  /** A child that was taken is used now, and killed by whoever uses it: another one is made. */
  spend(): void {
    this.#lent--;
    this.#fill();
  }

  /** Takes back a child that nobody used. */
  giveBack(child: Child): void {
    this.#lent--;
    if (!child.isDying && !this.#isClosed) this.#deliver(child);
    this.#fill();
  }

  /** Ends every child that was ever started here, and waits until all are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    for (const waiter of this.#waiting.splice(0)) {
      waiter.reject(new EngineUnavailable("the engine is closed"));
    }
    await Promise.all([...this.#alive].map((child) => child.kill()));
  }

  async #wait(waiter: PromiseWithResolvers<Child>, signal: AbortSignal) {
    const giveUp = Promise.withResolvers<undefined>();
    const leave = () => giveUp.resolve(undefined);
    signal.addEventListener("abort", leave);
    if (signal.aborted) leave();
    try {
      const child = await Promise.race([waiter.promise, giveUp.promise]);
      if (child === undefined) this.#forget(waiter);
      return child;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #forget(waiter: PromiseWithResolvers<Child>): void {
    const place = this.#waiting.indexOf(waiter);
    if (place >= 0) this.#waiting.splice(place, 1);
    else waiter.promise.then((child) => this.giveBack(child), () => {});
  }

  /** A child that is lent may come back, and then is warm; who waits cannot wait for that. */
  #fill(): void {
    while (!this.#isClosed && this.#pause === undefined && this.#starting.size < MAX_STARTING) {
      const missing = Math.max(0, this.size - this.#ready.length - this.#lent);
      if (this.#starting.size >= this.#waiting.length + missing) return;
      this.#start();
    }
  }

  #start(): void {
    let child: Child;
    try {
      child = this.spawn();
    } catch {
      return this.#fail();
    }
    this.#spawned++;
    this.#starting.add(child);
    this.#alive.add(child);
    child.gone.then(() => this.#bury(child));
    child.ready.then((isWarm) => {
      this.#starting.delete(child);
      if (this.#isClosed) return;
      if (isWarm) this.#deliver(child);
      else this.#fail();
      this.#fill();
    });
  }

  #deliver(child: Child): void {
    this.#failures = 0;
    const waiter = this.#waiting.shift();
    if (waiter === undefined) return void this.#ready.push(child);
    this.#lent++;
    waiter.resolve(child);
  }

  /** One that dies although nobody took it may do so again and again: the next one waits a while. */
  #bury(child: Child): void {
    this.#alive.delete(child);
    const place = this.#ready.indexOf(child);
    if (place >= 0) this.#ready.splice(place, 1);
    if (this.#isClosed || place < 0) return;
    this.#died++;
    this.#fail();
  }

  #fail(): void {
    this.#failures++;
    const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.log("sandbox_process_failed", { failures: this.#failures, pauseMs: ms });
    if (this.#failures >= MAX_FAILURES) {
      const error = new EngineUnavailable("no sandbox process starts");
      for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    }
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#fill();
    }, ms);
  }
}
