import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import * as z from "zod";
import { durationS, MEMORY_S } from "./rules.ts";
import { FIND, LIFT, LIST, READ, STRIKE } from "./scripts.ts";
import { Block, RULE_NAMES } from "./store.ts";
import type { Admission, Draw, Drawn, Rule, Store, Struck } from "./store.ts";

/** When a request is given up that nobody has waited for any more for a while. */
const ABORT_AFTER_MS = 1_500;
const RETRY_MS = 20;
/** No block is longer: what says so is not our Redis. */
const MAX_BLOCK_MS = 86_400_000;
const WINDOWS = "cloister:limit";
const LISTED = "cloister:blocks";

/** A count that the library has asked Redis for, and between which numbers it must lie. */
interface Range {
  least: number;
  most: number;
}

/** What a bucket said, and when the window ends that was paid from. */
interface Payment {
  draw: Draw;
  drawn: Drawn;
  reset: number;
}

const Addresses = z.array(z.string().min(1).max(64)).max(1_000);
const Details = z.array(z.string().max(200).nullable()).max(1_000);

/**
 * Counts in Redis by Upstash's library, shared by every isolate. Commands that are issued together
 * travel together. What Redis answers is not believed but checked: a number that cannot be is an
 * error, since the library would take `{}` for a refusal and `"9"` for a pass.
 */
export class UpstashStore implements Store {
  readonly #redis: Redis;

  constructor(upstash: { url: string; token: string }, abortAfterMs = ABORT_AFTER_MS) {
    this.#redis = new Redis({
      ...upstash,
      retry: { retries: 1, backoff: () => RETRY_MS },
      signal: () => AbortSignal.timeout(abortAfterMs),
      responseEncoding: false,
      automaticDeserialization: false,
      enableAutoPipelining: true,
      enableTelemetry: false,
      // Scripts run where writes go, and see them.
      readYourWrites: false,
    });
  }

  async admit(address: string, draw: Draw): Promise<Admission> {
    const [left, { drawn }] = await Promise.all([
      this.#redis.eval<[], unknown>(FIND, [`cloister:block:${address}`], []),
      this.#pay(draw),
    ]);
    // -2 is no block; -1 would be one without an end, and we make none.
    const blockedMs = within(left === -2 ? 0 : left, { least: 0, most: MAX_BLOCK_MS });
    return { drawn, blockedMs };
  }

  async take(draws: readonly Draw[]): Promise<Drawn[]> {
    const paid = await Promise.all(draws.map((draw) => this.#pay(draw)));
    const refused = paid.some(({ drawn }) => !drawn.success);
    if (refused) await this.#giveBack(paid.filter(({ drawn }) => drawn.success));
    return paid.map(({ drawn }) => drawn);
  }

  peek(draws: readonly Draw[]): Promise<Drawn[]> {
    return Promise.all(draws.map(async (draw) => {
      const range = { least: -Number.MAX_SAFE_INTEGER, most: draw.quota + 1 };
      const { remaining, reset } = await this.#window(draw, range).getRemaining(draw.bucket);
      return { success: remaining > 0, remaining, resetMs: Math.max(0, reset - Date.now()) };
    }));
  }

  async strike(address: string, rule: Rule): Promise<Struck> {
    const now = Date.now();
    const windowMs = rule.windowS * 1000;
    const levels = rule.durationsS.map((_, i) => durationS(rule, i + 1) * 1000);
    const answer = await this.#redis.eval<string[], unknown>(
      STRIKE,
      [...keysOf(address, rule.name), LISTED],
      [
        address,
        rule.name,
        ...[now, now - windowMs, windowMs, rule.threshold].map(String),
        ...levels.flatMap((ms) => [ms, now + ms, ms + MEMORY_S * 1000].map(String)),
      ],
    );
    const [blockedMs, offence] = pair(answer);
    return {
      blockedMs: within(blockedMs, { least: 0, most: MAX_BLOCK_MS }),
      offence: within(offence, { least: 0, most: Number.MAX_SAFE_INTEGER }),
    };
  }

  async blocks(): Promise<Block[]> {
    const now = String(Date.now());
    const addresses = Addresses.parse(
      await this.#redis.eval<string[], unknown>(LIST, [LISTED], [now]),
    );
    return addresses.length === 0 ? [] : await this.#read(addresses);
  }

  async find(address: string): Promise<Block | undefined> {
    const [block] = await this.#read([address]);
    return block;
  }

  async lift(address: string): Promise<boolean> {
    const [block, ...rest] = [...new Set(RULE_NAMES.flatMap((rule) => keysOf(address, rule)))];
    const keys = [block ?? "", LISTED, ...rest];
    const stood = await this.#redis.eval<string[], unknown>(LIFT, keys, [address]);
    return within(stood, { least: 0, most: 1 }) === 1;
  }

  async #read(addresses: readonly string[]): Promise<Block[]> {
    const keys = addresses.map((address) => `cloister:block:${address}`);
    const details = Details.length(keys.length)
      .parse(await this.#redis.eval<[], unknown>(READ, keys, []));
    return details.flatMap((text, i) => text === null ? [] : [blockOf(addresses[i] ?? "", text)]);
  }

  async #pay(draw: Draw): Promise<Payment> {
    // The library's script answers -1 for a refusal, and what is left after a pass.
    const window = this.#window(draw, { least: -1, most: draw.quota - 1 });
    const { success, remaining, reset } = await window.limit(draw.bucket);
    return { draw, reset, drawn: { success, remaining, resetMs: Math.max(0, reset - Date.now()) } };
  }

  /**
   * Only into the window that was paid from: the next one would be made larger by it. What cannot be
   * given back is lost, and the refusal stands.
   */
  async #giveBack(paid: readonly Payment[]): Promise<void> {
    const range = { least: -1, most: Number.MAX_SAFE_INTEGER };
    const now = Date.now();
    await Promise.allSettled(
      paid.filter(({ reset }) => now < reset).map(({ draw }) =>
        this.#window(draw, range).limit(draw.bucket, { rate: -1 })
      ),
    );
  }

  #window({ quota, windowS }: Draw, range: Range): Ratelimit {
    return new Ratelimit({
      redis: strict(this.#redis, quota, range),
      prefix: WINDOWS,
      limiter: Ratelimit.slidingWindow(quota, `${windowS} s`),
      // The library would let everything pass after a time-out, and keep refused ones for ever.
      timeout: 0,
      ephemeralCache: false,
      enableTelemetry: false,
    });
  }
}

/** Redis, where scripts answer a count within the range and the quota that they were given. */
function strict(redis: Redis, quota: number, range: Range): Redis {
  const check = (answer: unknown) => {
    const [count, limit] = pair(answer);
    return [within(count, range), within(limit, { least: quota, most: quota })];
  };
  return new Proxy(redis, {
    get(target, name) {
      if (name !== "eval" && name !== "evalsha") return Reflect.get(target, name);
      return async (script: string, keys: string[], args: unknown[]) =>
        check(await target[name]<unknown[], unknown>(script, keys, args));
    },
  });
}

function keysOf(address: string, rule: string): string[] {
  return ["block", `strikes:${rule}`, "offences"].map((what) => `cloister:${what}:${address}`);
}

function pair(answer: unknown): [unknown, unknown] {
  if (Array.isArray(answer) && answer.length === 2) return [answer[0], answer[1]];
  throw new Error("Redis did not answer two numbers");
}

function within(answer: unknown, { least, most }: Range): number {
  if (Number.isSafeInteger(answer) && typeof answer === "number") {
    if (answer >= least && answer <= most) return answer;
  }
  throw new Error("Redis answered what cannot be");
}

function blockOf(address: string, text: string): Block {
  const [rule, offence, at, until] = text.split("|");
  const [blocked_at, blocked_until] = [at, until].map((ms) => new Date(Number(ms)).toISOString());
  return Block.parse({ address, rule, offence: Number(offence), blocked_at, blocked_until });
}
