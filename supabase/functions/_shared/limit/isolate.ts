import { Offenders } from "./offenders.ts";
import type { Admission, Block, Draw, Drawn, Rule, Store, Struck } from "./store.ts";
import { Windows } from "./windows.ts";

/**
 * Counts in this isolate alone: what reads are bounded by, and addresses blocked by, while nobody
 * else can count. Its memory is bounded, whatever asks.
 */
export class IsolateStore implements Store {
  readonly windows: Windows;
  readonly offenders: Offenders;

  constructor(now: () => number = Date.now) {
    this.windows = new Windows(now);
    this.offenders = new Offenders(now);
  }

  admit(address: string, draw: Draw): Promise<Admission> {
    const blockedMs = this.offenders.blockedMs(address);
    const [drawn] = this.windows.take([draw]);
    return drawn
      ? Promise.resolve({ blockedMs, drawn })
      : Promise.reject(new Error("one draw has one answer"));
  }

  take(draws: readonly Draw[]): Promise<Drawn[]> {
    return Promise.resolve(this.windows.take(draws));
  }

  peek(draws: readonly Draw[]): Promise<Drawn[]> {
    return Promise.resolve(this.windows.peek(draws));
  }

  strike(address: string, rule: Rule): Promise<Struck> {
    return Promise.resolve(this.offenders.strike(address, rule));
  }

  blocks(): Promise<Block[]> {
    return Promise.resolve(this.offenders.blocks());
  }

  find(address: string): Promise<Block | undefined> {
    return Promise.resolve(this.offenders.find(address));
  }

  lift(address: string): Promise<boolean> {
    const stood = this.offenders.blockedMs(address) > 0;
    this.offenders.forget(address);
    return Promise.resolve(stood);
  }
}
