import * as z from "zod";
import type { Reply } from "../db.ts";
import type { Service } from "../service.ts";
import { Refusals } from "./refusals.ts";
import { type Admission, Block, type Draw, type Drawn } from "./store.ts";
import type { Rule, Store, Struck } from "./store.ts";

/** When a call is given up that nobody has waited for any more for a while. */
const ABORT_AFTER_MS = 4_000;

const Tokens = z.array(z.object({
  success: z.boolean(),
  remaining: z.int().min(0),
  reset_ms: z.number().positive(),
}));
const Until = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Standing = z.object({ blocked_until: Until }).nullable();
const Strike = z.object({ blocked_until: Until.nullable(), offence: z.int().min(0) });
const Blocks = z.array(Block).max(1_000);

/**
 * Sliding windows and blocks in the project's own database, for projects without Upstash. Exact
 * under concurrency, since it takes turns; each turn is a write, so Redis is the better place
 * under load.
 */
export class PostgresStore implements Store {
  readonly #refusals = new Refusals();

  constructor(private readonly service: Service, private readonly abortAfterMs = ABORT_AFTER_MS) {}

  async admit(address: string, draw: Draw): Promise<Admission> {
    const signal = AbortSignal.timeout(this.abortAfterMs);
    const [standing, [drawn]] = await Promise.all([
      answer(Standing, this.service("find_block", { address }, signal)),
      this.#take([draw]),
    ]);
    if (drawn === undefined) throw new Error("one charge has one answer");
    return { drawn, blockedMs: standing === null ? 0 : msUntil(standing.blocked_until) };
  }

  take(draws: readonly Draw[]): Promise<Drawn[]> {
    return this.#take(draws);
  }

  peek(draws: readonly Draw[]): Promise<Drawn[]> {
    return this.#ask(chargesOf(draws, 0), draws);
  }

  async strike(address: string, rule: Rule): Promise<Struck> {
    const { name, threshold, windowS, durationsS } = rule;
    const { blocked_until, offence } = await answer(
      Strike,
      this.service("strike_address", {
        address,
        rule: name,
        threshold,
        window_s: windowS,
        durations: [...durationsS],
      }, AbortSignal.timeout(this.abortAfterMs)),
    );
    return { blockedMs: blocked_until === null ? 0 : msUntil(blocked_until), offence };
  }

  blocks(): Promise<Block[]> {
    return answer(Blocks, this.service("list_blocks", {}, AbortSignal.timeout(this.abortAfterMs)));
  }

  lift(address: string): Promise<boolean> {
    const signal = AbortSignal.timeout(this.abortAfterMs);
    return answer(z.boolean(), this.service("lift_block", { address }, signal));
  }

  async #take(draws: readonly Draw[]): Promise<Drawn[]> {
    const charges = chargesOf(draws, 1);
    const refused = this.#refusals.find(charges);
    if (refused !== undefined) return refused;
    const drawn = await this.#ask(charges, draws);
    this.#refusals.keep(charges, drawn);
    return drawn;
  }

  async #ask(charges: string, draws: readonly Draw[]): Promise<Drawn[]> {
    const signal = AbortSignal.timeout(this.abortAfterMs);
    const schema = Tokens.length(draws.length);
    const tokens = await answer(schema, this.service("take_tokens", { charges }, signal));
    return tokens.map(({ success, remaining, reset_ms }, i) => {
      const { quota = 0, windowS = 0 } = draws[i] ?? {};
      if (remaining > quota || reset_ms > windowS * 1000) throw new Error("no window is like that");
      return { success, remaining, resetMs: reset_ms };
    });
  }
}

function chargesOf(draws: readonly Draw[], cost: 0 | 1): string {
  return JSON.stringify(
    draws.map(({ bucket, quota, windowS }) => ({ bucket, quota, window_s: windowS, cost })),
  );
}

async function answer<T>(schema: z.ZodType<T>, asked: PromiseLike<Reply<unknown>>): Promise<T> {
  const { data, error } = await asked;
  if (error !== null) throw new Error(`Postgres refused: ${error.code || "unreachable"}`);
  return schema.parse(data);
}

function msUntil(at: number): number {
  return Math.max(0, at - Date.now());
}
