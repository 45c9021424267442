import * as z from "zod";
import type { Reply } from "../db.ts";
import type { Service } from "../service.ts";
import { Lane, Turns } from "./lane.ts";
import { patiently } from "./patience.ts";
import { Refusals } from "./refusals.ts";
import { type Admission, Block, type Draw, type Drawn } from "./store.ts";
import type { Rule, Store, Struck } from "./store.ts";

/** How long a call may take. In Postgres, those who pay from one bucket wait for each other. */
const PATIENCE_MS = 2_000;
/** So many takes go in one call; Postgres takes 500 at most. */
const TAKES = 250;
/** Beside the one call that takes: so many at once, and so many that wait. */
const CALLS = 4;
const CALLERS = 100;

const Until = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Token = z.object({
  success: z.boolean(),
  remaining: z.int().min(0),
  reset_ms: z.number().positive(),
  blocked_until: Until.nullable(),
});
const Takes = z.array(z.array(Token));
const Strike = z.object({ blocked_until: Until.nullable(), offence: z.int().min(0) });
const Blocks = z.array(Block).max(1_000);

/** What is asked for one request: as Postgres reads it, and from what. */
interface Take {
  charges: string;
  draws: readonly Draw[];
}

/** What one bucket said, and for how long the address is blocked that it was asked of. */
interface Told extends Drawn {
  blockedMs: number;
}

/**
 * Sliding windows and blocks in the project's own database, for projects without Upstash. Exact
 * under concurrency, since it takes turns; each turn is a write, so Redis is the better place
 * under load. An isolate has one call under way that counts: who comes meanwhile goes with the
 * next one, so that a burst never stands in its own way.
 */
export class PostgresStore implements Store {
  readonly #refusals = new Refusals<Told>();
  readonly #lane = new Lane((takes: readonly Take[]) => this.#takeAll(takes), TAKES);
  readonly #turns = new Turns(CALLS, CALLERS);

  /** `patienceMs` is how long one call may take; waiting for it to be made is not counted. */
  constructor(private readonly service: Service, private readonly patienceMs = PATIENCE_MS) {}

  async admit(address: string, draw: Draw): Promise<Admission> {
    const [told] = await this.#take(takeOf([draw], { cost: 1, address }));
    if (told === undefined) throw new Error("one charge has one answer");
    const { blockedMs, ...drawn } = told;
    return { drawn, blockedMs };
  }

  async take(draws: readonly Draw[]): Promise<Drawn[]> {
    return (await this.#take(takeOf(draws, { cost: 1 }))).map(drawnOf);
  }

  async peek(draws: readonly Draw[]): Promise<Drawn[]> {
    return (await this.#lane.ask(takeOf(draws, { cost: 0 }))).map(drawnOf);
  }

  async strike(address: string, rule: Rule): Promise<Struck> {
    const { name, threshold, windowS, durationsS } = rule;
    const args = { address, rule: name, threshold, window_s: windowS, durations: [...durationsS] };
    const { blocked_until, offence } = await this.#call(
      Strike,
      (signal) => this.service("strike_address", args, signal),
    );
    return { blockedMs: msUntil(blocked_until), offence };
  }

  blocks(): Promise<Block[]> {
    return this.#call(Blocks, (signal) => this.service("list_blocks", {}, signal));
  }

  async find(address: string): Promise<Block | undefined> {
    const ask = (signal: AbortSignal) => this.service("find_block", { address }, signal);
    return await this.#call(Block.nullable(), ask) ?? undefined;
  }

  lift(address: string): Promise<boolean> {
    return this.#call(z.boolean(), (signal) => this.service("lift_block", { address }, signal));
  }

  async #take(take: Take): Promise<readonly Told[]> {
    const refused = this.#refusals.find(take.charges);
    if (refused !== undefined) return refused;
    const told = await this.#lane.ask(take);
    this.#refusals.keep(take.charges, told);
    return told;
  }

  async #takeAll(takes: readonly Take[]): Promise<Told[][]> {
    const charges = `[${takes.map(({ charges }) => charges).join()}]`;
    const answers = await patiently(
      this.patienceMs,
      (signal) => parse(Takes, this.service("take_tokens", { charges }, signal)),
    );
    if (answers.length !== takes.length) throw new Error("each take has one answer");
    return answers.map((tokens, i) => toldOf(tokens, takes[i]?.draws ?? []));
  }

  #call<T>(
    schema: z.ZodType<T>,
    ask: (signal: AbortSignal) => PromiseLike<Reply<unknown>>,
  ): Promise<T> {
    return this.#turns.take(() =>
      patiently(this.patienceMs, (signal) => parse(schema, ask(signal)))
    );
  }
}

function takeOf(draws: readonly Draw[], how: { cost: 0 | 1; address?: string }): Take {
  const charges = draws.map(({ bucket, quota, windowS }) => ({
    bucket,
    quota,
    window_s: windowS,
    ...how,
  }));
  return { charges: JSON.stringify(charges), draws };
}

function toldOf(tokens: readonly z.infer<typeof Token>[], draws: readonly Draw[]): Told[] {
  if (tokens.length !== draws.length) throw new Error("each charge has one answer");
  return tokens.map(({ success, remaining, reset_ms, blocked_until }, i) => {
    const { quota = 0, windowS = 0 } = draws[i] ?? {};
    if (remaining > quota || reset_ms > windowS * 1000) throw new Error("no window is like that");
    return { success, remaining, resetMs: reset_ms, blockedMs: msUntil(blocked_until) };
  });
}

function drawnOf({ success, remaining, resetMs }: Told): Drawn {
  return { success, remaining, resetMs };
}

async function parse<T>(schema: z.ZodType<T>, asked: PromiseLike<Reply<unknown>>): Promise<T> {
  const { data, error } = await asked;
  if (error !== null) throw new Error(`Postgres refused: ${error.code || "unreachable"}`);
  return schema.parse(data);
}

function msUntil(at: number | null): number {
  return at === null ? 0 : Math.max(0, at - Date.now());
}
