/** What a pool counts, as far as its health shows in it. */
export interface PoolCounts {
  /** Sandboxes that wait for a program. */
  warm: number;
  /** Sandboxes that are not warm yet. */
  starting: number;
  /** Sandboxes that were ever started. */
  spawned: number;
}

const FAILED = "sandbox_process_failed";
/** After so many in a row that never became warm, the pool refuses whoever asks. */
const MAX_FAILURES = 3;

/** Whether a pool has anything to give, from what it logs and counts. */
export class PoolWatch {
  /** The pool, once there is one: it may log before. */
  counts: () => PoolCounts = () => ({ warm: 0, starting: 0, spawned: 0 });
  #failures = 0;
  #settled = 0;

  /** `keepsWarm`: a pool that starts sandboxes for those who ask alone only recovers by being asked. */
  constructor(readonly keepsWarm: boolean) {}

  /** Takes an event of the pool's log. */
  hear(event: string, fields: Readonly<Record<string, string | number>>): void {
    if (event !== FAILED) return;
    this.#failures = Number(fields.failures);
    this.#settled = this.#settle();
  }

  /** False while the pool fails again and again and nothing is warm. */
  ready(): boolean {
    if (!this.keepsWarm || this.#failures < MAX_FAILURES) return true;
    // each failure is heard, so whatever has settled since the last one has become warm
    return this.counts().warm > 0 || this.#settle() > this.#settled;
  }

  #settle(): number {
    const { spawned, starting } = this.counts();
    return spawned - starting;
  }
}
