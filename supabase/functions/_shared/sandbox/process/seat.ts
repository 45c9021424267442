import type { Leave } from "../host/slots.ts";
import type { Child } from "./child.ts";
import type { Pool } from "./pool.ts";

/** A place with a warm child that nobody has used yet. */
export class Seat {
  #child: Child | undefined;

  constructor(readonly tenant: string, child: Child, readonly free: Leave, readonly pool: Pool) {
    this.#child = child;
  }

  /**
   * The child, to be used and killed; another one when it has died while it waited. Undefined when
   * `signal` was aborted first.
   */
  async child(signal: AbortSignal): Promise<Child | undefined> {
    let child = this.#child;
    this.#child = undefined;
    while (child !== undefined) {
      this.pool.spend();
      if (!child.isDying) return child;
      child = await this.pool.take(signal);
    }
  }

  leave(): void {
    if (this.#child !== undefined) this.pool.giveBack(this.#child);
    this.#child = undefined;
    this.free();
  }
}
