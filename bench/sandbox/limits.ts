import type { Limits } from "./adapter.ts";

const MIB = 1024 * 1024;

/** Raised so that every measured program fits; an engine's own ceiling may be lower. */
export const RAISED: Limits = {
  wallMs: 30_000,
  cpuMs: 10_000,
  memoryBytes: 64 * MIB,
  events: 10_000,
  logBytes: 4 * MIB,
  outputBytes: 4 * MIB,
  toolCalls: 1_000,
};

/** For programs that must be stopped: all of them reach their limits soon. */
export const SMALL: Limits = {
  wallMs: 220,
  cpuMs: 60,
  memoryBytes: 64 * MIB,
  events: 1_000,
  logBytes: 64 * 1024,
  outputBytes: 256 * 1024,
  toolCalls: 200,
};

/** For honest programs beside attacks. */
export const HONEST: Limits = { ...SMALL, wallMs: 10_000, cpuMs: 2_000 };
