import type { Log } from "../log.ts";
import type { Service } from "../service.ts";
import type { Allowance, Budget, Charge } from "./allowance.ts";
import { Door, type Offence } from "./door.ts";
import { Guard } from "./guard.ts";
import { patient } from "./patience.ts";
import { peek, take } from "./pay.ts";
import { PostgresStore } from "./postgres.ts";
import type { Block, RuleName, Store } from "./store.ts";
import type { Direction } from "./tally.ts";
import { UpstashStore } from "./upstash.ts";

export { addressOf } from "./address.ts";
export { type Allowance, type Budget, type Charge, rateLimitHeaders, Spent } from "./allowance.ts";
export { chargesOf } from "./charges.ts";
export type { Offence } from "./door.ts";
export type { Block, RuleName } from "./store.ts";

/** What stands between a request and its rule. */
export interface Limits {
  /**
   * Lets an address in, before anything else is looked at, or throws `address_blocked`,
   * `rate_limited`, or `limiter_unavailable` (never for a read). Undefined is not counted.
   */
  admit(address: string | undefined, budget: Budget): Promise<void>;
  /**
   * Pays all of the charges or none, or throws `rate_limited` as {@link Spent}, or
   * `limiter_unavailable` (never where all of them are reads).
   */
  take(charges: readonly Charge[]): Promise<readonly Allowance[]>;
  /** What is left, without paying; `limiter_unavailable` where nobody can tell. */
  peek(charges: readonly Charge[]): Promise<readonly Allowance[]>;
  /** Counts a wrong against an address, and never throws. Answers the block that this led to. */
  strike(address: string | undefined, rule: RuleName): Promise<Offence | undefined>;
  blocks: {
    /** The blocks that stand, at most a thousand, the longest first. */
    list(): Promise<Block[]>;
    /**
     * Ends a block and forgets what led to it; false where none stood. `before` is told of the block
     * while it stands; if it rejects, the block goes on. Any spelling of the address will do.
     */
    lift(address: string, before?: (block: Block) => Promise<void>): Promise<boolean>;
  };
  /** Asks the store for nothing; rejects where it does not answer. */
  check(): Promise<void>;
  /** Which store counts, and how often this isolate had to decide without it, and which way. */
  health(): Health;
}

/** See `Limits.health`. */
export interface Health {
  store: StoreKind;
  failed_open: number;
  failed_closed: number;
}

type StoreKind = "upstash" | "postgres";

/** How long Redis may take for all that one request asks of it, unless the operator says otherwise. */
const UPSTASH_MS = 500;

/** So much after nobody waits any more, a request that hangs is given up, too. */
const ABORT_LATER_MS = 1_000;

/** Limits over Upstash where it is configured, and over the project's own database where not. */
export function createLimits({ upstash, service, log, onUncounted }: {
  upstash: { url: string; token: string; timeoutMs?: number } | undefined;
  service: Service;
  log: Log;
  /** Told of each decision that was made without the store. */
  onUncounted?: (direction: Direction) => void;
}): Limits {
  if (upstash === undefined) {
    return limitsOver({ kind: "postgres", store: new PostgresStore(service), log, onUncounted });
  }
  const { timeoutMs = UPSTASH_MS, ...at } = upstash;
  const store = patient(new UpstashStore(at, timeoutMs + ABORT_LATER_MS), timeoutMs);
  return limitsOver({ kind: "upstash", store, log, onUncounted });
}

/** A bucket that nobody draws from. */
const NOBODY = { bucket: "health", quota: 1, windowS: 60 };

/** Limits over any store. `now` is a steady clock in ms. */
export function limitsOver({ kind, store, log, now, onUncounted }: {
  kind: StoreKind;
  store: Store;
  log: Log;
  now?: () => number;
  onUncounted?: ((direction: Direction) => void) | undefined;
}): Limits {
  const guard = new Guard(store, { log, now, onUncounted });
  const door = new Door(guard, log);
  return {
    admit: (address, budget) => door.admit(address, budget),
    take: (charges) => take(guard, charges),
    peek: (charges) => peek(guard, charges),
    strike: (address, rule) => door.strike(address, rule),
    blocks: {
      list: async () => (await guard.closed("blocks", (store) => store.blocks())).value,
      lift: (address, before) => door.lift(address, before),
    },
    check: async () => void await store.peek([NOBODY]),
    health: () => ({ store: kind, ...guard.tally.total }),
  };
}
