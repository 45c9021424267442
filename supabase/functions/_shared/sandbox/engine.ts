/** What one run may spend. Times in milliseconds, sizes in bytes of UTF-8 text or of guest heap. */
export interface Limits {
  /** From the first instruction to the ending, sleeping included. Waiting for a place is not. */
  wallMs: number;
  /** Time spent executing the program. */
  cpuMs: number;
  memoryBytes: number;
  /** The result and all partial outputs together. */
  outputBytes: number;
  /** All log messages and their fields together. */
  logBytes: number;
  events: number;
  toolCalls: number;
  /** Calls under way at once; further ones wait their turn inside the guest. */
  toolConcurrency: number;
  /** One tool call's arguments, and one tool call's result. */
  toolBytes: number;
}

/** What a run gets on an engine that has no defaults of its own. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  wallMs: 10_000,
  cpuMs: 300,
  memoryBytes: 24 * 1024 * 1024,
  outputBytes: 256 * 1024,
  logBytes: 64 * 1024,
  events: 1_000,
  toolCalls: 200,
  toolConcurrency: 8,
  toolBytes: 256 * 1024,
};

/**
 * A capability given to one run. It is handed parsed JSON and the name that the program called, and
 * answers with a JSON value.
 */
export type Tool = (args: unknown, signal: AbortSignal, name: string) => Promise<unknown>;

/** The name of the tool that is asked for every name that no other tool has. */
export const ANY_TOOL = "*";

/** A tool call that failed for a reason that its program may tell apart, as `error.code`. */
export class ToolFailure extends Error {
  /** `code` and `message` reach the program, `cause` does not. */
  constructor(readonly code: string, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** One execution. Whatever is not in here does not exist for the program. */
export interface Job {
  /** An ES module in JavaScript. */
  program: string;
  /** JSON text. */
  input: string;
  tools: Readonly<Record<string, Tool>>;
  limits: Limits;
}

/** How grave what an agent logs is, the least first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** What a run says while it goes on. `fields` and `value` are JSON text, at most 256 levels deep. */
export type Event =
  | { type: "log"; level: (typeof LOG_LEVELS)[number]; message: string; fields?: string }
  | { type: "output"; value: string }
  | { type: "tool.call"; call: number; tool: string }
  | { type: "tool.result"; call: number; tool: string; ok: boolean; ms: number };

/** Why a run can fail to succeed: what its program did, a limit that it met, or what became of us. */
export const ERROR_KINDS = [
  "threw",
  "syntax",
  "contract",
  "cpu_limit",
  "wall_limit",
  "stalled",
  "memory_limit",
  "output_limit",
  "log_limit",
  "event_limit",
  "tool_limit",
  "cancelled",
  "internal",
] as const;

/** Why a run did not succeed. Line and column are the agent's own, counted from 1. */
export interface AgentError {
  kind: (typeof ERROR_KINDS)[number];
  name: string;
  message: string;
  line?: number;
  column?: number;
}

/** What a run has spent, in the units of {@link Limits}. */
export type Usage = Omit<Limits, "toolConcurrency" | "toolBytes">;

/** How a run that began can end. */
export const ENDING_STATUSES = [
  "succeeded",
  "failed",
  "timed_out",
  "out_of_memory",
  "output_exceeded",
  "cancelled",
] as const;

/** The one last word of a run. `output` is JSON text, as deep as events', there if it succeeded. */
export interface Ending {
  type: "ending";
  status: (typeof ENDING_STATUSES)[number];
  output?: string;
  error?: AgentError;
  usage: Usage;
}

/** Who asks for a place, and for which run. */
export interface Claim {
  /** The run's id, chosen by us: the place is for this run and no other. */
  run: string;
  /** Whose turn it uses up. */
  tenant: string;
  limits: Limits;
  /** Where in which trace it runs (W3C `traceparent`), for an engine that is somewhere else. */
  traceparent?: string | undefined;
}

/**
 * Runs untrusted programs. Engines differ in strength, never in meaning: each yields any number of
 * events and then exactly one ending. What the guest does wrong is an ending; thrown are only
 * {@link LimitRefused}, {@link EngineBusy}, {@link EngineUnavailable}, {@link EngineLost} and our
 * own bugs.
 */
export interface Engine {
  readonly name: string;
  /** What a run gets when nobody chose anything else. */
  readonly defaults: Readonly<Limits>;
  readonly ceiling: Readonly<Limits>;
  /**
   * Waits for a place to run, taking turns fairly between tenants. Throws {@link EngineBusy} when
   * `signal` was aborted first, or when too many wait already, and {@link EngineUnavailable} when
   * nobody is there who could run it. Nothing of the program has run then.
   */
  admit(claim: Claim, signal: AbortSignal): Promise<Place>;
  /** Waits for a place and runs there. Leaving the loop early stops the run, as `signal` does. */
  run(job: Job, signal: AbortSignal): AsyncIterable<Event | Ending>;
}

/** A place on an engine, held until its one run has ended or it is given up. */
export interface Place {
  /** The name of the engine that the run will be recorded under. */
  readonly engine: string;
  /** The walls between the program and the host, outermost last, as they are in this place. */
  readonly layers: readonly string[];
  /** Leaving the loop early stops the run, as aborting `signal` does. */
  run(job: Job, signal: AbortSignal): AsyncIterable<Event | Ending>;
  /** Gives the place back without a run; after one there is nothing left to give. */
  leave(): void;
}

/** Thrown before anything runs: the job asks for more than the engine can enforce. */
export class LimitRefused extends Error {
  override readonly name = "LimitRefused";

  constructor(readonly limit: string, readonly asked: number, readonly ceiling: number) {
    super(`${limit} of ${asked} is refused: this engine enforces 1 to ${ceiling}`);
  }
}

/** Thrown before anything runs: no place on this engine became free in time. */
export class EngineBusy extends Error {
  override readonly name = "EngineBusy";

  /** `retryAfterS` is what the engine itself advised. */
  constructor(message: string, readonly retryAfterS?: number) {
    super(message);
  }
}

/** Thrown before anything runs: the engine is down, out of reach, or wrongly configured. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
}

/** Thrown instead of an ending: nobody can tell any more how the program ended. */
export class EngineLost extends Error {
  override readonly name = "EngineLost";
}

const LIMIT_NAMES = [
  "wallMs",
  "cpuMs",
  "memoryBytes",
  "outputBytes",
  "logBytes",
  "events",
  "toolCalls",
  "toolConcurrency",
  "toolBytes",
] as const satisfies readonly (keyof Limits)[];

/** Throws {@link LimitRefused} unless every limit is a whole number from 1 to its ceiling. */
export function checkLimits(limits: Limits, ceiling: Readonly<Limits>): void {
  for (const name of LIMIT_NAMES) {
    const asked = limits[name];
    const enforced = Number.isSafeInteger(asked) && asked >= 1 && asked <= ceiling[name];
    if (!enforced) throw new LimitRefused(name, asked, ceiling[name]);
  }
}
