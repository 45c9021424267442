import * as z from "zod";

/** One bucket to pay one request from. */
export interface Draw {
  /** What is counted: at most 128 characters of a-z, 0-9 and `._:/-`. */
  bucket: string;
  quota: number;
  windowS: number;
}

/** What a bucket said. */
export interface Drawn {
  success: boolean;
  /** Requests left in the window as it is now. */
  remaining: number;
  /** Until the window that goes on ends. */
  resetMs: number;
}

/** How many strikes in how long a time make an offence, and for how long each offence blocks. */
export interface Rule {
  name: RuleName;
  threshold: number;
  windowS: number;
  /** By offence, shortest first; the last one stands for all that follow. */
  durationsS: readonly number[];
}

/** What an address can do wrong. */
export const RULE_NAMES = ["auth_failed", "probing", "rate_limited"] as const;

/** One of the wrongs. */
export type RuleName = typeof RULE_NAMES[number];

/** An address that is refused for now, and why. */
export const Block = z.object({
  address: z.string().min(1).max(64),
  rule: z.enum(RULE_NAMES),
  /** How often the address was blocked before it was a day without, this one included. */
  offence: z.int().min(1).max(1_000_000),
  blocked_at: z.iso.datetime({ offset: true }),
  blocked_until: z.iso.datetime({ offset: true }),
});
export type Block = z.infer<typeof Block>;

/** What an address is told at the door. */
export interface Admission {
  drawn: Drawn;
  /** 0 where the address is not blocked. */
  blockedMs: number;
}

/** What a strike led to. */
export interface Struck {
  /** 0 where the address is not blocked. */
  blockedMs: number;
  /** The how manyth this block is. 0 where there is none, and perhaps where it stood before. */
  offence: number;
}

/**
 * Where requests are counted. Each verb answers what it must be or rejects, and does not let wait
 * for long; a store never lets anything through because it could not count.
 */
export interface Store {
  /** Pays for an address, and says whether it is blocked. */
  admit(address: string, draw: Draw): Promise<Admission>;
  /** Pays from all of the buckets or from none. */
  take(draws: readonly Draw[]): Promise<Drawn[]>;
  /** Looks into the buckets and takes nothing. */
  peek(draws: readonly Draw[]): Promise<Drawn[]>;
  /** Counts one wrong against an address. While a block stands, nothing counts. */
  strike(address: string, rule: Rule): Promise<Struck>;
  /** The blocks that stand, at most a thousand. */
  blocks(): Promise<Block[]>;
  /** The block of an address, if one stands. */
  find(address: string): Promise<Block | undefined>;
  /** Ends a block and forgets what the address did; false where none stood. */
  lift(address: string): Promise<boolean>;
}
