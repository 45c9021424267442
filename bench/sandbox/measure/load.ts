import { RAISED } from "../limits.ts";
import type { Peer } from "../peers.ts";
import type { Program } from "../programs.ts";
import type { Station } from "../station.ts";
import { calm } from "./calm.ts";

/** One program at one width, over all rounds. */
export interface Measured {
  peer: Peer;
  program: string;
  atOnce: number;
  latenciesMs: number[];
  /** Runs a second in each round; the pool is full before and after. */
  perSecond: number[];
  failures: string[];
}

/** What each batch of a round asks. */
export interface Batch {
  program: Program;
  name: string;
  atOnce: number;
  runs: number;
  forMs: number;
  gapMs: number;
}

/** How much is asked. */
export interface Effort {
  /** Rounds go on until this time is over, but at least so many. */
  rounds: number;
  forMs: number;
  /** How long a batch begins new runs. */
  batchMs: number;
  /** Runs at a time; `hello` is measured with {@link WIDEST} in any case. */
  widths: readonly number[];
  /** Runs that come now and then. */
  spaced: number;
}

const GAP_MS = 30;
/** How many callers the throughput is told for. */
export const WIDEST = 8;
/** So long, and to so little, a peer may calm down before the next one's turn. */
const LOOKS = 6;
const REST_SHARE = 0.4;

/** The name of the row in which a run comes only now and then. */
export const SPACED = "hello, now and then";

/** All batches of a round: each program at each width, and runs with idle time before them. */
export function planBatches(programs: readonly Program[], effort: Effort): Batch[] {
  const { batchMs: forMs, spaced, widths } = effort;
  return programs.flatMap((program, at) => {
    const { name } = program;
    const quiet = { program, name: SPACED, atOnce: 1, runs: spaced, forMs: 0, gapMs: GAP_MS };
    const atWidth = (atOnce: number) => ({ program, name, atOnce, runs: atOnce, forMs, gapMs: 0 });
    const batches = widths.map(atWidth);
    if (at === 0 && !widths.includes(WIDEST)) batches.push(atWidth(WIDEST));
    return at === 0 ? [quiet, ...batches] : batches;
  });
}

/** Warms every station with every program, then plays the rounds, one peer after the other. */
export async function measureLoad(
  stations: readonly Station[],
  programs: readonly Program[],
  effort: Effort,
  step: (what: string) => void,
): Promise<Measured[]> {
  const measured = new Map<string, Measured>();
  for (const program of programs) {
    const warming = { program, name: "", atOnce: 1, runs: effort.rounds, forMs: 0, gapMs: 0 };
    for (const station of stations) await ask(station, warming);
  }
  const started = performance.now();
  for (
    let round = 1;
    round <= effort.rounds || performance.now() - started < effort.forMs;
    round++
  ) {
    step(`round ${round}`);
    for (const batch of planBatches(programs, effort)) {
      for (const station of stations) {
        const { latenciesMs, elapsedMs, failures } = await ask(station, batch);
        const sum = sumFor(measured, station.peer, batch);
        sum.latenciesMs.push(...latenciesMs);
        sum.perSecond.push(1000 * latenciesMs.length / elapsedMs);
        sum.failures.push(...failures);
        await calm(station, LOOKS, REST_SHARE);
      }
    }
  }
  return [...measured.values()];
}

/** What asking a station costs: it is asked once for each batch, never for each run. */
export async function measureLine(station: Station): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    const started = performance.now();
    await station.ping();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[times.length / 2] ?? NaN;
}

function sumFor(measured: Map<string, Measured>, peer: Peer, { name, atOnce }: Batch): Measured {
  const key = `${peer.name}/${name}/${atOnce}`;
  const empty = { peer, program: name, atOnce, latenciesMs: [], perSecond: [], failures: [] };
  const sum = measured.get(key) ?? empty;
  measured.set(key, sum);
  return sum;
}

function ask(station: Station, { program, atOnce, runs, forMs, gapMs }: Batch) {
  const { js, py, input, output, logs } = program;
  const text = station.language === "python" ? py : js;
  const job = { program: text, input, output, logs, limits: RAISED };
  return station.load({ ...job, atOnce, runs, forMs, gapMs });
}
