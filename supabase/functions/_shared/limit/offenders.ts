import { durationS, MEMORY_S } from "./rules.ts";
import type { Block, Rule, RuleName, Struck } from "./store.ts";

const MAX_ADDRESSES = 2_000;
const MAX_BLOCKS = 1_000;
/** So late does a block that was lifted elsewhere end here. */
const BELIEVED_MS = 1_000;

interface Offender {
  strikes: Map<RuleName, number[]>;
  offence: number;
  /** From when on the next offence is the first one again. */
  forgetAt: number;
  rule: RuleName;
  blockedAt: number;
  blockedUntil: number;
  /** When another store last told of the block. */
  heardAt: number;
  /** The end of the block that was last told of as new. */
  toldUntil: number;
}

/** What addresses did wrong, in memory. Of too many, those that were heard of last are kept. */
export class Offenders {
  readonly #known = new Map<string, Offender>();

  constructor(private readonly now: () => number) {}

  /** How many addresses there are. */
  get size(): number {
    return this.#known.size;
  }

  /** Counts one wrong against an address. While a block stands, nothing counts. */
  strike(address: string, rule: Rule): Struck {
    const blockedMs = this.blockedMs(address);
    if (blockedMs > 0) return { blockedMs, offence: 0 };
    const now = this.now();
    const offender = this.#open(address);
    const since = now - rule.windowS * 1000;
    const strikes = [...offender.strikes.get(rule.name) ?? [], now].filter((at) => at > since);
    offender.strikes.set(rule.name, strikes);
    if (strikes.length < rule.threshold) return { blockedMs: 0, offence: 0 };
    offender.strikes.delete(rule.name);
    return this.#block(offender, rule);
  }

  /** For how long the address is blocked; 0 where it is not. */
  blockedMs(address: string): number {
    return Math.max(0, (this.#known.get(address)?.blockedUntil ?? 0) - this.now());
  }

  /** Believes what another store has told of an address. */
  hear(address: string, blockedMs: number): void {
    if (blockedMs === 0 && !this.#known.has(address)) return;
    const offender = this.#open(address);
    offender.heardAt = this.now();
    offender.blockedUntil = offender.heardAt + blockedMs;
  }

  /** Whether a block is told of for the first time here: many requests may learn of it at once. */
  isNews(address: string, blockedMs: number): boolean {
    const offender = this.#open(address);
    if (offender.toldUntil > this.now()) return false;
    offender.toldUntil = this.now() + blockedMs;
    return true;
  }

  /** As `blockedMs`, where another store has told so within the last second; else 0. */
  believedMs(address: string): number {
    const heardAt = this.#known.get(address)?.heardAt ?? -Infinity;
    return this.now() - heardAt < BELIEVED_MS ? this.blockedMs(address) : 0;
  }

  /** Forgets an address. */
  forget(address: string): void {
    this.#known.delete(address);
  }

  /** The blocks that stand, the longest first. */
  blocks(): Block[] {
    const now = this.now();
    const standing = [...this.#known].filter(([, { blockedUntil }]) => blockedUntil > now);
    standing.sort(([, a], [, b]) => b.blockedUntil - a.blockedUntil);
    return standing.slice(0, MAX_BLOCKS).map(([address, offender]) => blockOf(address, offender));
  }

  /** The block of an address, if one stands. */
  find(address: string): Block | undefined {
    const offender = this.#known.get(address);
    const stands = offender !== undefined && offender.blockedUntil > this.now();
    return stands ? blockOf(address, offender) : undefined;
  }

  #block(offender: Offender, rule: Rule): Struck {
    const now = this.now();
    offender.offence = offender.forgetAt > now ? offender.offence + 1 : 1;
    const blockedMs = durationS(rule, offender.offence) * 1000;
    offender.rule = rule.name;
    offender.blockedAt = now;
    offender.blockedUntil = now + blockedMs;
    offender.forgetAt = offender.blockedUntil + MEMORY_S * 1000;
    return { blockedMs, offence: offender.offence };
  }

  /** The address, as the one that was heard of last. */
  #open(address: string): Offender {
    const now = this.now();
    const offender = this.#known.get(address) ?? {
      strikes: new Map<RuleName, number[]>(),
      offence: 0,
      forgetAt: 0,
      rule: "auth_failed",
      blockedAt: now,
      blockedUntil: 0,
      heardAt: -Infinity,
      toldUntil: 0,
    };
    this.#known.delete(address);
    this.#known.set(address, offender);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_ADDRESSES && oldest !== undefined) this.#known.delete(oldest);
    return offender;
  }
}

function blockOf(address: string, offender: Offender): Block {
  return {
    address,
    rule: offender.rule,
    offence: Math.max(1, offender.offence),
    blocked_at: new Date(offender.blockedAt).toISOString(),
    blocked_until: new Date(offender.blockedUntil).toISOString(),
  };
}
