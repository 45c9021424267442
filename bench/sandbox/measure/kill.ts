import { RAISED } from "../limits.ts";
import type { Peer } from "../peers.ts";
import { isRunnable, threadsOf, usedBy } from "../proc.ts";
import { LOOP, WAIT } from "../programs.ts";
import { Station } from "../station.ts";
import { pause } from "./calm.ts";

/** How late `for (;;);` ends. */
export interface Kill {
  /** From the deadline until its thread was seen to run last; nothing where it never stopped. */
  deadMs: number[];
  /** From the deadline until the caller was told. */
  toldMs: number[];
  attempts: number;
}

const LIMIT_MS = 500;
const NEVER_MS = 1_500;
const STILL_MS = 150;
const LOOK_MS = 2;

/** Plays the loop some times, each with a look at the thread that it runs on. */
export async function measureKill(peer: Peer, cwd: string, attempts: number): Promise<Kill> {
  const kill: Kill = { deadMs: [], toldMs: [], attempts };
  let station = await start(peer, cwd);
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { deadMs, toldMs } = await watchLoop(station);
      if (toldMs !== undefined) kill.toldMs.push(toldMs);
      if (deadMs !== undefined) {
        kill.deadMs.push(deadMs);
        continue;
      }
      await station[Symbol.asyncDispose]();
      if (attempt === 0) return kill;
      station = await start(peer, cwd);
    }
  } finally {
    await station[Symbol.asyncDispose]();
  }
  return kill;
}

/** A station that has run something: compiling is not what is measured. */
async function start(peer: Peer, cwd: string): Promise<Station> {
  const station = await Station.start(peer, cwd);
  const program = station.language === "python" ? WAIT.py : WAIT.js;
  const job = { program, input: "null", limits: RAISED };
  await station.play(job, { wait: () => Promise.resolve(null) });
  return station;
}

async function watchLoop(station: Station): Promise<{ deadMs?: number; toldMs?: number }> {
  const begins = Promise.withResolvers<number>();
  const program = station.language === "python" ? LOOP.py : LOOP.js;
  const limits = { ...RAISED, wallMs: LIMIT_MS, cpuMs: LIMIT_MS };
  const options = { began: begins.resolve, withinMs: LIMIT_MS + NEVER_MS };
  const playing = station.play({ program, input: "null", limits }, {}, options);
  const told = playing.then((played) => played, () => undefined);
  const early = await begins.promise;
  const dead = await watchBurner(station, early + LIMIT_MS);
  const played = await told;
  const deadline = (played?.began ?? early) + LIMIT_MS;
  return {
    ...(dead !== undefined && { deadMs: Math.max(0, dead - deadline) }),
    ...(played && { toldMs: Math.max(0, played.ended - deadline) }),
  };
}

/** When the thread that burned most before the deadline was seen to run last. */
async function watchBurner(station: Station, deadline: number): Promise<number | undefined> {
  await pause(deadline - now() - 250);
  const pids = station.tree();
  const before = threadsOf(pids);
  await pause(deadline - now() - 50);
  let [burner, most] = ["", 0];
  for (const [path, { ranMs }] of threadsOf(pids)) {
    const ran = ranMs - (before.get(path)?.ranMs ?? 0);
    if (ran > most) [burner, most] = [path, ran];
  }
  let [burnt, at, seen] = [now(), now(), usedBy(burner)];
  while (at < deadline + NEVER_MS) {
    await pause(LOOK_MS);
    const used = usedBy(burner);
    const looked = now();
    if (used === undefined || seen === undefined) return looked;
    // Waiting for a core is burning too: on a busy machine a loop runs only now and then.
    const busyMs = used.ranMs - seen.ranMs + used.waitedMs - seen.waitedMs;
    const starved = used.ranMs === seen.ranMs && isRunnable(burner);
    if (busyMs > (looked - at) / 2 || starved) burnt = looked;
    else if (looked - burnt > STILL_MS && looked > deadline) return burnt;
    [at, seen] = [looked, used];
  }
  return undefined;
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
