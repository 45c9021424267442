/** Where an engine is, and how long it may take. */
export interface EngineOptions {
  /** Absolute, without a slash at the end. */
  url: string;
  timeoutMs?: number;
}

/** How long a page of results may take. */
export const TIMEOUT_MS = 15_000;
/** How much a page of results may be. */
export const MAX_BYTES = 4 * 1_024 * 1_024;
