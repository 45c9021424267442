import { DEFAULT_LIMITS, type Limits } from "../engine.ts";

const MIB = 1024 * 1024;

/** What a run in a process of its own gets when nobody chose anything else. */
export const PROCESS_DEFAULTS: Readonly<Limits> = {
  ...DEFAULT_LIMITS,
  wallMs: 10_000,
  cpuMs: 1_000,
  memoryBytes: 128 * MIB,
};

/** The most that the engine enforces; an operator can lower it. */
export const PROCESS_CEILING: Readonly<Limits> = {
  wallMs: 300_000,
  cpuMs: 30_000,
  memoryBytes: 512 * MIB,
  outputBytes: 4 * MIB,
  logBytes: 4 * MIB,
  events: 10_000,
  toolCalls: 1_000,
  toolConcurrency: 64,
  toolBytes: 4 * MIB,
};
