import type { AgentError, Limits, Usage } from "../engine.ts";
import { stopFor } from "./stop.ts";

const KINDS = {
  outputBytes: "output_limit",
  logBytes: "log_limit",
  events: "event_limit",
  toolCalls: "tool_limit",
} as const satisfies Partial<Record<keyof Usage, AgentError["kind"]>>;

/** Keeps a run's accounts; going over a limit throws the {@link Stop} that ends the run. */
export class Spending {
  readonly #started = performance.now();
  readonly #spent = { outputBytes: 0, logBytes: 0, events: 0, toolCalls: 0 };
  #cpuMs = 0;
  #sliceStarted: number | undefined;
  #memoryBytes = 0;

  constructor(readonly limits: Limits) {}

  /** Milliseconds until the wall limit; negative when it is past. */
  get wallLeftMs(): number {
    return this.limits.wallMs - (performance.now() - this.#started);
  }

  add(what: keyof typeof KINDS, amount: number): void {
    this.#spent[what] += amount;
    if (this.#spent[what] > this.limits[what]) throw stopFor(KINDS[what], this.limits);
  }

  left(what: keyof typeof KINDS): number {
    return this.limits[what] - this.#spent[what];
  }

  /** Counts the time of `work` as CPU time. */
  slice<Result>(work: () => Result): Result {
    this.#sliceStarted = performance.now();
    try {
      return work();
    } finally {
      this.#cpuMs += performance.now() - this.#sliceStarted;
      this.#sliceStarted = undefined;
    }
  }

  /** Throws when the CPU or the wall limit is reached. */
  checkClock(): void {
    const now = performance.now();
    const cpuMs = this.#cpuMs + (now - (this.#sliceStarted ?? now));
    if (cpuMs >= this.limits.cpuMs) throw stopFor("cpu_limit", this.limits);
    if (this.wallLeftMs <= 0) throw stopFor("wall_limit", this.limits);
  }

  /** Sets the CPU time to what was measured from outside; throws when it is over the limit. */
  measure(cpuMs: number, memoryBytes: number): void {
    this.#cpuMs = Math.max(this.#cpuMs, cpuMs);
    this.noteMemory(memoryBytes);
    if (memoryBytes > this.limits.memoryBytes) throw stopFor("memory_limit", this.limits);
    if (cpuMs >= this.limits.cpuMs) throw stopFor("cpu_limit", this.limits);
  }

  /** Milliseconds of CPU time until the limit. */
  get cpuLeftMs(): number {
    return this.limits.cpuMs - this.#cpuMs;
  }

  noteMemory(bytes: number): void {
    this.#memoryBytes = Math.max(this.#memoryBytes, bytes);
  }

  usage(): Usage {
    return {
      wallMs: Math.ceil(performance.now() - this.#started),
      cpuMs: Math.ceil(this.#cpuMs),
      memoryBytes: Math.min(this.#memoryBytes, this.limits.memoryBytes),
      outputBytes: Math.min(this.#spent.outputBytes, this.limits.outputBytes),
      logBytes: Math.min(this.#spent.logBytes, this.limits.logBytes),
      events: Math.min(this.#spent.events, this.limits.events),
      toolCalls: Math.min(this.#spent.toolCalls, this.limits.toolCalls),
    };
  }
}
