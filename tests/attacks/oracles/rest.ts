import {
  type Descendant,
  listDescendants,
  listWriters,
  ownCpuMs,
  TELLS_PROCESSES,
} from "./processes.ts";

/** What an engine at rest consists of, outside of this process. */
export interface Rest {
  processes: number;
  rssBytes: number;
  /** Processes of ours that may print where this one does, such as a runner. */
  writers: readonly number[];
}

const LOOK_MS = 50;
/** Of one core, for this process and all that it has started. */
const IDLE_SHARE = 0.6;
const MAX_LOOKS = 100;
/** A fresh sandbox needs more memory than one that has waited for a while, and the other way. */
const MORE_BYTES = 200 * 1024 * 1024;

/** Waits until no more CPU is used, and tells what there is then. */
export async function measureRest(): Promise<Rest> {
  await watchUntil(({ share, count, before }) => share < IDLE_SHARE && count === before);
  return { ...sizeOf(listDescendants()), writers: listWriters() };
}

/**
 * Waits until everything is as it was at rest, and tells what is not: an engine's compiler, its
 * collector and its refilling pool may work on for a while; what an attack left behind never stops.
 */
export async function returnTo(rest: Rest): Promise<string[]> {
  if (!TELLS_PROCESSES) return [];
  const back = ({ share, count }: Look) => share < IDLE_SHARE && count <= rest.processes;
  const last = await watchUntil(back);
  const { processes, rssBytes } = sizeOf(listDescendants());
  const dead = listDescendants().filter(({ zombie }) => zombie).length;
  return [
    last.share < IDLE_SHARE ? [] : [`${last.share.toFixed(1)} cores are still used`],
    processes > rest.processes ? [`${processes - rest.processes} more processes than before`] : [],
    dead > 0 && processes > rest.processes ? [`${dead} of them dead and not waited for`] : [],
    rssBytes > rest.rssBytes + MORE_BYTES ? ["the memory of its processes is not back"] : [],
  ].flat();
}

interface Look {
  /** Cores in use since the last look. */
  share: number;
  /** Processes below this one. */
  count: number;
  /** How many processes there were at the last look. */
  before: number;
}

async function watchUntil(satisfied: (look: Look) => boolean): Promise<Look> {
  let look: Look = { share: 0, count: 0, before: 0 };
  let last = snapshot();
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = snapshot();
    look = { share: shareBetween(last, now), count: countOf(now), before: countOf(last) };
    if (satisfied(look)) return look;
    last = now;
  }
  return look;
}

/** The CPU time so far of each process, by its id; this process included. */
interface Snapshot {
  at: number;
  cpuMs: ReadonlyMap<number, number>;
}

function snapshot(): Snapshot {
  const own = [Deno.pid, ownCpuMs()] as const;
  const others = listDescendants().map(({ pid, cpuMs }) => [pid, cpuMs] as const);
  return { at: performance.now(), cpuMs: new Map([own, ...others]) };
}

function countOf({ cpuMs }: Snapshot): number {
  return cpuMs.size - 1;
}

/** A process that is new since then counts with all that it has used. */
function shareBetween(before: Snapshot, after: Snapshot): number {
  let usedMs = 0;
  for (const [pid, cpuMs] of after.cpuMs) {
    usedMs += Math.max(0, cpuMs - (before.cpuMs.get(pid) ?? 0));
  }
  return usedMs / (after.at - before.at);
}

function sizeOf(descendants: readonly Descendant[]): Omit<Rest, "writers"> {
  const rssBytes = descendants.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  return { processes: descendants.length, rssBytes };
}
