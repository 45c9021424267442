import { type Claim, EngineBusy, EngineUnavailable } from "../engine.ts";
import { Broken, Connection, type Way } from "./connection.ts";
import { Breach, parseLine } from "./lines.ts";
import { refusalOf } from "./refusal.ts";
import { PlacedLine, ProblemDocument } from "./wire.ts";

/** How to get to a runner, and how to be let in. */
export interface Approach extends Way {
  /** A run token for a claim. */
  authorize(claim: Claim): Promise<string>;
  /** Further tries at a runner that cannot be reached. */
  retries: number;
}

/** A connection whose runner holds a place for the claim. */
export interface Admitted {
  connection: Connection;
  layers: readonly string[];
}

const PAUSE_MS = 100;
const MAX_PLACED_BYTES = 4 * 1024;
const MAX_PROBLEM_BYTES = 16 * 1024;
/** A gateway's, and a runner's that is about to stop. */
const PASSING: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * A place at some runner. Nothing has run when this throws: {@link EngineBusy}, also when `signal`
 * was aborted, {@link LimitRefused}, or {@link EngineUnavailable}.
 */
export async function admit(way: Approach, claim: Claim, signal: AbortSignal): Promise<Admitted> {
  for (let tried = 0;; tried++) {
    if (signal.aborted) throw new EngineBusy("no runner had a place in time");
    try {
      return await attempt(way, claim, signal);
    } catch (thrown) {
      if (signal.aborted) throw new EngineBusy("no runner had a place in time");
      if (!(thrown instanceof Broken)) throw thrown;
      if (tried >= way.retries) {
        throw new EngineUnavailable("the runner cannot be reached", { cause: thrown });
      }
    }
    await pause(PAUSE_MS * 2 ** tried * (0.5 + Math.random()), signal);
  }
}

async function attempt(way: Approach, claim: Claim, signal: AbortSignal): Promise<Admitted> {
  const token = await way.authorize(claim).catch((cause: unknown) => {
    throw new EngineUnavailable("no run token could be made", { cause });
  });
  const connection = new Connection(way);
  const giveUp = () => connection.cut();
  const bell = setTimeout(giveUp, way.connectMs);
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  try {
    const response = await connection.open(token, claim.traceparent);
    if (response.status !== 200) throw await refusal(response, connection);
    const { layers } = parseLine(PlacedLine, await connection.next(MAX_PLACED_BYTES) ?? "");
    return { connection, layers };
  } catch (thrown) {
    connection.cut();
    if (!(thrown instanceof Breach)) throw thrown;
    throw new EngineUnavailable("what answered is no runner", { cause: thrown });
  } finally {
    clearTimeout(bell);
    signal.removeEventListener("abort", giveUp);
  }
}

async function refusal({ status, headers }: Response, connection: Connection): Promise<Error> {
  if (status === 429) {
    return new EngineBusy("every place of the runner is taken", retryAfter(headers));
  }
  if (PASSING.has(status)) return new Broken(`the runner answered ${status}`);
  return refusalOf(parseLine(ProblemDocument, await connection.next(MAX_PROBLEM_BYTES) ?? ""));
}

function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? NaN);
  return Number.isSafeInteger(seconds) && seconds > 0 && seconds <= 3_600 ? seconds : undefined;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(bell);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const bell = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
