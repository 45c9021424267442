import { MAX_WAIT_S, type Offer } from "../../supabase/functions/_shared/run/pull_wire.ts";
import type { Engine } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";
import type { Tracer } from "../../supabase/functions/_shared/trace/tracer.ts";
import { describe, type Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { type Backoff, createBackoff, pause } from "./backoff.ts";
import { type QueueClient, QueueRefused } from "./client.ts";
import { workOn } from "./work.ts";

/** What a runner that pulls needs. */
export interface PullDeps {
  client: QueueClient;
  engine: Engine;
  /** Runs under way at once. */
  places: number;
  /** Whether a program would run here. */
  ready(): boolean;
  /** The `tools` function. */
  toolsUrl: string;
  log: Log;
  metrics: Metrics;
  tracer: Tracer;
  /** Between two tries with a key that is refused, in milliseconds; tests wait less. */
  refusedMs?: number;
}

/** How often an engine that is not ready is looked at again. */
const LOOK_MS = 1_000;
const REFUSED_MS = 60_000;

/**
 * Takes runs from the queue for as long as there are places, and works on them. A key that is
 * refused ends the runs that came with it, and is tried again a minute later.
 */
export class Puller {
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #looping: Promise<void>;
  readonly #backoff: Backoff = createBackoff();
  #stopping = new AbortController();
  #refused = false;
  #free = Promise.withResolvers<void>();

  constructor(readonly deps: PullDeps) {
    this.#looping = this.#loop();
  }

  /** Whether the queue accepts this runner, as far as is known. */
  get accepted(): boolean {
    return !this.#refused;
  }

  /**
   * Takes nothing any more and lets what is here end: `graceMs` until it is given back, for others to
   * begin anew. Settles when nothing is left.
   */
  async drain(graceMs: number): Promise<void> {
    this.#closing.abort();
    this.#free.resolve();
    const bell = setTimeout(() => this.#stopping.abort(), graceMs);
    await this.#looping;
    await Promise.all(this.#underWay);
    clearTimeout(bell);
  }

  async #loop(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      if (this.#underWay.size >= this.deps.places) await this.#place();
      else if (!this.deps.ready()) await pause(LOOK_MS, signal);
      else await this.#next(signal);
    }
  }

  async #next(signal: AbortSignal): Promise<void> {
    const { client, metrics, log, refusedMs = REFUSED_MS } = this.deps;
    try {
      const given = await client.claim(this.#offer(), signal);
      this.#backoff.reset();
      this.#refused = false;
      if (given === null || given === "again") return metrics.pulled(given ?? "none");
      metrics.pulled("run");
      this.#start(given);
    } catch (cause) {
      if (signal.aborted) return;
      const refused = cause instanceof QueueRefused;
      metrics.pulled(refused ? "refused" : "failed");
      log(refused ? "error" : "warn", "pull_failed", { cause: describe(cause) });
      if (refused && cause.isOfKey) this.#giveUp();
      await pause(refused ? refusedMs * (1 + Math.random() / 4) : this.#backoff.next(), signal);
    }
  }

  #offer(): Offer {
    const { defaults, ceiling } = this.deps.engine;
    return { wait_s: MAX_WAIT_S, defaults: toWire(defaults), ceiling: toWire(ceiling) };
  }

  #start(given: Parameters<typeof workOn>[0]): void {
    const { log, metrics } = this.deps;
    const started = performance.now();
    metrics.underWay++;
    const work = workOn(given, { ...this.deps, stopping: this.#stopping.signal }).then((fate) => {
      const ms = performance.now() - started;
      const began = fate !== "dropped" && fate !== "released";
      metrics.ended(fate, began ? ms : undefined);
      const { run, attempt, request_id } = given;
      log("info", "run", { run, attempt, request_id, status: fate, ms: Math.round(ms) });
    }).finally(() => {
      metrics.underWay--;
      this.#underWay.delete(work);
      this.#free.resolve();
    });
    this.#underWay.add(work);
  }

  /** Settles when a place is free, or nobody needs one any more. */
  async #place(): Promise<void> {
    this.#free = Promise.withResolvers();
    await this.#free.promise;
  }

  /** The runs of a key that was revoked are others' already. */
  #giveUp(): void {
    this.#refused = true;
    this.#stopping.abort();
    this.#stopping = new AbortController();
  }
}
