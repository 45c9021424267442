import {
  checkLimits,
  type Claim,
  type Ending,
  EngineBusy,
  EngineLost,
  type Event,
  type Job,
  type Limits,
  type Place,
} from "../engine.ts";
import { checkJob, neverStarted } from "../host/job.ts";
import { Slots } from "../host/slots.ts";
import { type Out, stream } from "../host/stream.ts";
import { layersOf } from "./box.ts";
import { detect, type Detected } from "./detect.ts";
import { Keeper, mostLifeMs } from "./keep.ts";
import { PROCESS_CEILING, PROCESS_DEFAULTS } from "./limits.ts";
import type { PoolStats, ProcessEngine, ProcessOptions } from "./options.ts";
import { type Log, Pool } from "./pool.ts";
import { Run } from "./run.ts";
import { Seat } from "./seat.ts";

export type { PoolStats, ProcessEngine, ProcessOptions };

const CORES = navigator.hardwareConcurrency;
const MAX_WAITING = 256;
const MAX_WAITING_PER_TENANT = 32;

/**
 * Starts the engine for hostile code at scale: each run in a process of its own that was warmed
 * beforehand, has no right to anything, and is killed afterwards. Throws `EngineUnavailable` where
 * no such process works, or not in the box that was asked for.
 */
export async function startProcessEngine(options: ProcessOptions = {}): Promise<ProcessEngine> {
  const ceiling = { ...PROCESS_CEILING, ...options.ceiling };
  checkLimits(ceiling, PROCESS_CEILING);
  const log = options.log ?? logLine;
  const { box, bubblewrap = "bwrap", jit = false, start = "spawn" } = options;
  const detected = await detect({ box, bubblewrap, jit, start, ceiling }, log);
  return new Processes(options, detected, ceiling, log);
}

class Processes implements ProcessEngine {
  readonly name = "process";
  readonly defaults: Readonly<Limits>;
  readonly layers: readonly string[];
  readonly #slots: Slots;
  readonly #pool: Pool;
  readonly #keeper: Keeper | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #isClosed = false;
  #runs = 0;
  #reused = 0;

  constructor(
    options: ProcessOptions,
    readonly detected: Detected,
    readonly ceiling: Readonly<Limits>,
    log: Log,
  ) {
    const { places = 2 * CORES, warm = Math.min(places, CORES), keepAlive } = options;
    const { maxWaiting = MAX_WAITING, maxWaitingPerTenant = MAX_WAITING_PER_TENANT } = options;
    this.defaults = lower(PROCESS_DEFAULTS, ceiling);
    this.layers = layersOf(detected.design);
    this.#slots = new Slots(places, maxWaiting, maxWaitingPerTenant);
    this.#pool = new Pool(detected.spawn, warm, log);
    const most = mostLifeMs(detected.design);
    this.#keeper = keepAlive && new Keeper(keepAlive, places, most);
  }

  stats(): PoolStats {
    const { places, taken, waiting } = this.#slots;
    const resting = this.#keeper?.resting ?? 0;
    const [runs, reused] = [this.#runs, this.#reused];
    return { places, taken, waiting, resting, runs, reused, ...this.#pool.stats() };
  }

  /** The place holds a process that is warm already: what can fail has not failed by then. */
  async admit({ tenant, limits }: Claim, signal: AbortSignal): Promise<Place> {
    checkLimits(limits, this.ceiling);
    const seat = await this.#enter(tenant, signal);
    if (seat === undefined) throw new EngineBusy("no place became free in time");
    const { name: engine, layers } = this;
    const run = (job: Job, stopped: AbortSignal) => this.#play(job, stopped, seat);
    return { engine, layers, run, leave: () => seat.leave() };
  }

  async *run(job: Job, signal: AbortSignal): AsyncGenerator<Event | Ending, void> {
    checkJob(job, this.ceiling);
    const seat = await this.#enter("", signal);
    if (seat === undefined) return yield neverStarted(job.limits);
    yield* this.#play(job, signal, seat);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#keeper?.close();
    await this.#pool.close();
    await this.detected.close();
    await Promise.all(this.#underWay);
  }

  async #enter(tenant: string, signal: AbortSignal): Promise<Seat | undefined> {
    const leave = await this.#slots.take(tenant, signal);
    if (leave === undefined) return undefined;
    try {
      const child = await this.#pool.take(signal);
      if (child !== undefined) return new Seat(tenant, child, leave, this.#pool);
      leave();
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }

  #play(job: Job, signal: AbortSignal, seat: Seat): AsyncGenerator<Event | Ending, void> {
    return stream(signal, async (stopped, out) => {
      const performing = this.#perform(job, stopped, seat, out).finally(() => seat.leave());
      const settled = performing.catch(() => {}).finally(() => this.#underWay.delete(settled));
      this.#underWay.add(settled);
      await performing;
    });
  }

  async #perform(job: Job, signal: AbortSignal, seat: Seat, out: Out): Promise<void> {
    checkJob(job, this.ceiling);
    const keeper = seat.tenant === "" ? undefined : this.#keeper;
    const key = `${seat.tenant}\0${job.program}`;
    const kept = keeper?.take(key);
    const child = kept ?? await seat.child(signal);
    if (child === undefined) return out.push(neverStarted(job.limits));
    this.#runs++;
    if (kept !== undefined) this.#reused++;
    const run = new Run(job, child, (event) => out.push(event));
    try {
      const ending = await run.perform(signal, keeper !== undefined);
      if (this.#isClosed) throw new EngineLost("the engine was closed under a run");
      const isClean = keeper !== undefined && ending.status === "succeeded" && await run.rested();
      // a run's ending is told when its process is dead or has put the run away: done means dead
      if (!isClean || !keeper.keep(key, child)) await child.kill();
      out.push(ending);
    } catch (thrown) {
      await child.kill();
      throw thrown;
    }
  }
}

function lower(limits: Readonly<Limits>, ceiling: Readonly<Limits>): Limits {
  return {
    wallMs: Math.min(limits.wallMs, ceiling.wallMs),
    cpuMs: Math.min(limits.cpuMs, ceiling.cpuMs),
    memoryBytes: Math.min(limits.memoryBytes, ceiling.memoryBytes),
    outputBytes: Math.min(limits.outputBytes, ceiling.outputBytes),
    logBytes: Math.min(limits.logBytes, ceiling.logBytes),
    events: Math.min(limits.events, ceiling.events),
    toolCalls: Math.min(limits.toolCalls, ceiling.toolCalls),
    toolConcurrency: Math.min(limits.toolConcurrency, ceiling.toolConcurrency),
    toolBytes: Math.min(limits.toolBytes, ceiling.toolBytes),
  };
}

function logLine(event: string, fields: Record<string, string | number>): void {
  console.error(JSON.stringify({ level: "warn", event, ...fields }));
}
