const MAX_PENDING = 256;

/** The host's side of a guest's timers. */
export class Timers {
  readonly #pending = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(readonly due: (id: number) => void) {}

  get pending(): number {
    return this.#pending.size;
  }

  /** Arms a timer; past the bound, which an honest guest keeps by itself, nothing happens. */
  arm(id: number, ms: number): void {
    if (this.#pending.size >= MAX_PENDING || this.#pending.has(id)) return;
    const ring = () => {
      this.#pending.delete(id);
      this.due(id);
    };
    this.#pending.set(id, setTimeout(ring, ms));
  }

  disarm(id: number): void {
    clearTimeout(this.#pending.get(id));
    this.#pending.delete(id);
  }

  clear(): void {
    for (const id of [...this.#pending.keys()]) this.disarm(id);
  }
}
