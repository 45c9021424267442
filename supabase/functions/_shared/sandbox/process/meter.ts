/** What a process has used. */
export interface Reading {
  cpuMs: number;
  memoryBytes: number;
}

/** Linux counts CPU time for programs in hundredths of a second, on every machine. */
const TICK_MS = 10;
/** Fields of /proc/<pid>/stat, counted from the one after the name. */
const [USER, SYSTEM] = [11, 12];
/** Fields of /proc/<pid>/statm, in pages: what is in memory, and what could be written to. */
const [RESIDENT, DATA] = [1, 5];
const MAX_DEPTH = 4;

/** Measures one process from outside, where it cannot lie. */
export class Meter {
  readonly #pid: number;
  readonly #thread: string;
  #from = { ticksMs: 0, threadMs: 0, residentBytes: 0, dataBytes: 0 };

  /** `pid` may be a box around the process: the innermost of its children is measured. */
  constructor(pid: number) {
    this.#pid = innermost(pid);
    this.#thread = workerOf(this.#pid);
  }

  /** Counts from here. False when the process is gone, or this system does not tell. */
  start(): boolean {
    const now = this.#read();
    if (now !== undefined) this.#from = now;
    return now !== undefined;
  }

  /** CPU time of the process's whole life, in milliseconds; undefined when it is gone. */
  lifeMs(): number | undefined {
    const now = this.#read();
    return now && Math.max(now.ticksMs, now.threadMs);
  }

  /** What was used since the start, memory at this moment; undefined when the process is gone. */
  read(): Reading | undefined {
    const now = this.#read();
    if (now === undefined) return undefined;
    const from = this.#from;
    return {
      cpuMs: Math.max(now.ticksMs - from.ticksMs, now.threadMs - from.threadMs),
      memoryBytes: Math.max(
        now.residentBytes - from.residentBytes,
        now.dataBytes - from.dataBytes,
        0,
      ),
    };
  }

  /**
   * All threads together are told in ticks only, the agent's own exactly. Memory that was asked for
   * and not touched yet counts too, as it does for the kernel's own limit.
   */
  #read() {
    const stat = readProc(`${this.#pid}/stat`);
    const statm = readProc(`${this.#pid}/statm`);
    if (stat === undefined || statm === undefined) return undefined;
    const times = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    const pages = statm.split(" ").map(Number);
    const thread = readProc(this.#thread);
    return {
      ticksMs: ((times[USER] ?? 0) + (times[SYSTEM] ?? 0)) * TICK_MS,
      threadMs: Number.parseInt(thread ?? "0") / 1e6,
      residentBytes: (pages[RESIDENT] ?? 0) * pageBytes(),
      dataBytes: (pages[DATA] ?? 0) * pageBytes(),
    };
  }
}

/** Can processes be measured here? It takes Linux, and the right to read all of /proc. */
export function canMeasure(): boolean {
  return readProc("self/stat") !== undefined;
}

function readProc(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${path}`);
  } catch {
    return undefined;
  }
}

/** The child of a process that knows itself as `inner`: in a box it has another number. */
export function findChild(parent: number, inner: number): number | undefined {
  const children = readProc(`${parent}/task/${parent}/children`)?.trim().split(" ").map(Number) ??
    [];
  return children.find((child) => {
    const names = /^NSpid:\s+(.+)$/m.exec(readProc(`${child}/status`) ?? "")?.[1];
    return names?.split(/\s+/).map(Number).at(-1) === inner;
  });
}

/** The process in a box, by the box's own number. It must have no children yet. */
export function innermost(pid: number, depth = 0): number {
  const child = Number.parseInt(readProc(`${pid}/task/${pid}/children`) ?? "");
  return depth < MAX_DEPTH && child > 0 ? innermost(child, depth + 1) : pid;
}

/** The nanoseconds that the thread in which the agent lives has run. */
function workerOf(pid: number): string {
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      if (readProc(`${pid}/task/${name}/comm`)?.startsWith("worker-")) {
        return `${pid}/task/${name}/schedstat`;
      }
    }
  } catch {
    // not Linux
  }
  return `${pid}/task/${pid}/schedstat`;
}

let page = 0;

/** Bytes of a memory page: 4,096 on x86, up to 65,536 elsewhere. */
function pageBytes(): number {
  if (page === 0) {
    const size = /KernelPageSize:\s+(\d+) kB/.exec(readProc("self/smaps") ?? "")?.[1];
    page = Number(size ?? 4) * 1024;
  }
  return page;
}
