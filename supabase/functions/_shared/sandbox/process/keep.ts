import { type Design, kernelCpuS } from "./box.ts";
import type { Child } from "./child.ts";

/** How long a child may be used again, for the same tenant and the same program. */
export interface KeepAlive {
  /** The most runs of one child. */
  runs: number;
  idleMs: number;
}

/** What a child may use between two runs, and by which it may be measured too low. */
const SLACK_CPU_MS = 200;

/**
 * The most CPU time of its life, in milliseconds, with which a child can still have a run of the
 * ceiling's: the kernel would end it as if that run had used too much.
 */
export function mostLifeMs({ rlimits, ceiling }: Pick<Design, "rlimits" | "ceiling">): number {
  return rlimits ? kernelCpuS(ceiling) * 1000 - ceiling.cpuMs - SLACK_CPU_MS : Infinity;
}

interface Kept {
  child: Child;
  key: string;
  runs: number;
  timer: ReturnType<typeof setTimeout>;
}

/** Children that rest between two runs of one tenant's one program. They are given to nobody else. */
export class Keeper {
  readonly #kept = new Set<Kept>();
  /** Runs that each child in use has had. */
  readonly #runs = new WeakMap<Child, number>();

  constructor(readonly options: KeepAlive, readonly places: number, readonly mostMs: number) {}

  get resting(): number {
    return this.#kept.size;
  }

  take(key: string): Child | undefined {
    const kept = [...this.#kept].find((one) => one.key === key && !one.child.isDying);
    if (kept === undefined) return undefined;
    this.#drop(kept);
    return kept.child;
  }

  /** Keeps a child that has put its last run away. False when it has to die instead. */
  keep(key: string, child: Child): boolean {
    const runs = (this.#runs.get(child) ?? 0) + 1;
    if (runs >= this.options.runs || child.isDying || this.#isWorn(child)) return false;
    this.#runs.set(child, runs);
    child.ignore();
    const end = () => {
      this.#drop(kept);
      child.kill();
    };
    const kept: Kept = { child, key, runs, timer: setTimeout(end, this.options.idleMs) };
    child.gone.then(() => this.#drop(kept));
    this.#kept.add(kept);
    const [oldest] = this.#kept;
    if (this.#kept.size > this.places && oldest) {
      this.#drop(oldest);
      oldest.child.kill();
    }
    return true;
  }

  close(): void {
    for (const kept of [...this.#kept]) this.#drop(kept);
  }

  #isWorn(child: Child): boolean {
    return (child.meter?.lifeMs() ?? Infinity) > this.mostMs;
  }

  #drop(kept: Kept): void {
    clearTimeout(kept.timer);
    this.#kept.delete(kept);
  }
}
