/**
 * Measures our engines beside other sandboxes, all in one run and with the same programs, and
 * writes bench/RESULTS.md. `--quick` only shows that everything works; `--only=a,b` chooses rows.
 */
import { readAttacks } from "../../tests/attacks/program.ts";
import { installPeers } from "./install.ts";
import { describeMachine } from "./machine.ts";
import { scoreAttacks } from "./measure/attack.ts";
import { measureIdle } from "./measure/idle.ts";
import { measureKill } from "./measure/kill.ts";
import { type Effort, measureLine, measureLoad } from "./measure/load.ts";
import { type Peer, PEERS } from "./peers.ts";
import { PROGRAMS } from "./programs.ts";
import { type Results, Row } from "./results.ts";
import { Station } from "./station.ts";
import { writeReport } from "./report.ts";
import { printSummary } from "./summary.ts";

const FULL: Effort = { rounds: 2, forMs: 90_000, batchMs: 100, widths: [1, 2, 8], spaced: 10 };
const QUICK: Effort = { rounds: 1, forMs: 0, batchMs: 0, widths: [1], spaced: 3 };
/** Attempts to kill, and stations that are looked at at once: alone, unless in a hurry. */
const LOOKS = { full: { kills: 3, atOnce: 1 }, quick: { kills: 1, atOnce: 6 } } as const;
/** So many peers are attacked at once: attacks mostly wait for their limits. */
const ATTACKED_AT_ONCE = 6;
const STARTED_AT_ONCE = 4;
/** A quick run plays one program of so many. */
const QUICK_STEP = 60;
const REPORT = new URL("../RESULTS.md", import.meta.url).pathname;
const ATTACKS = new URL("../../tests/attacks/programs", import.meta.url);

const quick = Deno.args.includes("--quick");
const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice(7).split(",");
const cwd = await Deno.makeTempDir({ prefix: "bench-" });

if (import.meta.main) {
  if (Deno.build.os !== "linux") throw new Error("the bench reads /proc: it needs Linux");
  const started = performance.now();
  try {
    await installPeers();
    const peers = PEERS.filter(({ name }) => only?.includes(name) ?? true);
    const results = await measure(peers);
    results.seconds = (performance.now() - started) / 1000;
    printSummary(results);
    if (quick || only) console.log("\nquick or partial: bench/RESULTS.md is left as it is");
    else await writeReport(results, REPORT);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function measure(peers: readonly Peer[]): Promise<Results> {
  const machine = await describeMachine();
  const results: Results = {
    machine,
    rows: peers.map((peer) => new Row(peer)),
    lineMs: 0,
    seconds: 0,
  };
  await measureSpeed(results);
  const alive = results.rows.filter(({ missing }) => missing === undefined);
  const { kills, atOnce } = LOOKS[quick ? "quick" : "full"];
  step("memory and kill");
  await inTurn(alive, atOnce, async (row) => {
    row.idle = await measureIdle(row.peer, cwd);
    row.kill = await measureKill(row.peer, cwd, kills);
  });
  await measureAttacks(alive.filter(({ peer }) => peer.unscored === undefined));
  return results;
}

async function measureSpeed(results: Results): Promise<void> {
  step("speed");
  await using stack = new AsyncDisposableStack();
  const stations: Station[] = [];
  await inTurn(results.rows, STARTED_AT_ONCE, async (row) => {
    const station = stack.use(await Station.start(row.peer, cwd));
    row.about = station.about;
    stations.push(station);
  });
  const effort = quick ? QUICK : FULL;
  const measured = await measureLoad(stations, PROGRAMS, effort, step);
  for (const row of results.rows) row.loads = measured.filter(({ peer }) => peer === row.peer);
  if (stations[0]) results.lineMs = await measureLine(stations[0]);
}

async function measureAttacks(rows: readonly Row[]): Promise<void> {
  step("attacks");
  const attacks = (await readAttacks(ATTACKS)).filter((_, at) => !quick || at % QUICK_STEP === 0);
  // The last rows take longest: hosts that are spoilt have to be started again.
  await inTurn(rows.toReversed(), ATTACKED_AT_ONCE, async (row) => {
    row.score = await scoreAttacks(row.peer, attacks);
    step(`attacked: ${row.peer.name}`);
  });
}

/** Does the work for every row, so many at once. */
async function inTurn(rows: readonly Row[], atOnce: number, work: (row: Row) => Promise<void>) {
  const queue = [...rows];
  const next = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) await attempt(row, work);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

/** A peer that does not work here costs its own row, not the others'. */
async function attempt(row: Row, work: (row: Row) => Promise<void>): Promise<void> {
  try {
    await work(row);
  } catch (error) {
    row.missing = error instanceof Error ? error.message : String(error);
    console.error(`${row.peer.name}: ${row.missing}`);
  }
}

function step(what: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${what}`);
}
