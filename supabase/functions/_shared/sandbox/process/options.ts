import type { Engine, Limits } from "../engine.ts";
import type { Box, Start } from "./box.ts";
import type { KeepAlive } from "./keep.ts";
import type { Log } from "./pool.ts";

/** How an operator wants the pool. */
export interface ProcessOptions {
  /** Runs at once; twice the number of cores unless given. */
  places?: number;
  /** Children that wait warm; one for each core unless given. */
  warm?: number;
  /** Claims that may wait for a place, in all and of one tenant. */
  maxWaiting?: number;
  maxWaitingPerTenant?: number;
  /** Lets V8 make machine code: faster, with more of V8 open to attack. Off unless chosen. */
  jit?: boolean;
  /** Uses a child again for the same tenant and program, with a new realm. Off unless chosen. */
  keepAlive?: KeepAlive;
  /**
   * `fork` copies each process from one that is warm: many times cheaper, without the worker inside,
   * and on Linux on x86_64 only. `spawn`, unless chosen.
   */
  start?: Start;
  /** The strongest that works here, unless one is named; a named one that fails is an error. */
  box?: Box;
  /** The program bubblewrap, by its path; `bwrap` in the usual folders unless given. */
  bubblewrap?: string;
  /** Lower than `PROCESS_CEILING`, if at all; the kernel's limits of every process follow it. */
  ceiling?: Partial<Limits>;
  /** Hears of walls that are missing and of children that fail; stderr unless given. */
  log?: Log;
}

/** The pool at this moment, and what it has done so far. */
export interface PoolStats {
  places: number;
  taken: number;
  /** Claims that wait for a place. */
  waiting: number;
  warm: number;
  starting: number;
  /** Processes that exist: warm, starting, running, resting. */
  alive: number;
  /** Children that are kept for their tenant and program. */
  resting: number;
  spawned: number;
  /** Children that ended although nobody had taken them. */
  died: number;
  runs: number;
  /** Runs on a child that had run the same program before. */
  reused: number;
}

/** An engine of processes. Disposing of it ends every process that it started, and awaits that. */
export interface ProcessEngine extends Engine, AsyncDisposable {
  readonly layers: readonly string[];
  stats(): PoolStats;
}
