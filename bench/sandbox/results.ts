import type { Score } from "./measure/attack.ts";
import type { Idle } from "./measure/idle.ts";
import type { Kill } from "./measure/kill.ts";
import type { Measured } from "./measure/load.ts";
import type { Peer } from "./peers.ts";

/** All that was measured. */
export interface Results {
  machine: [string, string][];
  rows: Row[];
  /** What asking a station costs: once for each batch. */
  lineMs: number;
  seconds: number;
}

/** All that was measured of one peer. */
export class Row {
  about = "";
  loads: Measured[] = [];
  idle: Idle | undefined;
  kill: Kill | undefined;
  score: Score | undefined;
  /** Why it has no figures, if it has none. */
  missing: string | undefined;

  constructor(readonly peer: Peer) {}

  /** The latency that this share of the runs did not exceed. */
  latencyMs(program: string, atOnce: number, share: number): number | undefined {
    return quantile(this.find(program, atOnce)?.latenciesMs ?? [], share);
  }

  /** The middle of the rounds. */
  perSecond(program: string, atOnce: number): number | undefined {
    return quantile(this.find(program, atOnce)?.perSecond ?? [], 0.5);
  }

  /** What went wrong: runs by program, and the row itself. */
  troubles(): string[] {
    const failed = this.loads.flatMap(({ program, atOnce, failures, latenciesMs }) => {
      const [first] = failures;
      if (first === undefined) return [];
      const runs = failures.length + latenciesMs.length;
      return [`${program}, ${atOnce} at a time: ${failures.length} of ${runs} runs: ${first}`];
    });
    const missing = this.missing === undefined
      ? []
      : [`not everything was measured: ${this.missing}`];
    return [...missing, ...failed].map((trouble) => `${this.peer.name}: ${trouble}`);
  }

  find(program: string, atOnce: number): Measured | undefined {
    return this.loads.find((load) => load.program === program && load.atOnce === atOnce);
  }
}

/** A value of those that were measured: the smallest that this share does not exceed. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
