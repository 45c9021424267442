/** What Linux tells of processes; Linux alone does, so the bench runs nowhere else. */

/** A process and all below it, itself first. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent === undefined) continue;
    children.set(parent, [...children.get(parent) ?? [], pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...children.get(pid) ?? []);
  return tree;
}

/** A dead process that nobody has waited for has no parent here: it uses nothing. */
function parentOf(pid: number): number | undefined {
  const [state, parent] = fieldsOf(pid) ?? [];
  return state === undefined || state === "Z" ? undefined : Number(parent);
}

/** What follows the name in a process's `stat`: its state, its parent, and so on. */
function fieldsOf(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** When a process began, in the kernel's ticks: with its id it names one process and no other. */
export function beginOf(pid: number): string | undefined {
  return fieldsOf(pid)?.[19];
}

/** Kills what is still the process that began then; ids are given again. */
export function killAll(processes: ReadonlyMap<number, string>): void {
  for (const [pid, begin] of processes) {
    try {
      if (beginOf(pid) === begin) Deno.kill(pid, "SIGKILL");
    } catch {
      // it ended in between
    }
  }
}

/** Proportional set size: pages that processes share count once, in parts. */
export function pssBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + pssOf(pid), 0);
}

function pssOf(pid: number): number {
  const kb = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "")?.[1];
  return Number(kb ?? 0) * 1024;
}

/** What a thread has used so far, in ms: running, and waiting for a core while it could run. */
export interface Used {
  ranMs: number;
  waitedMs: number;
}

/** Every thread of the processes, by its path in `/proc`. */
export function threadsOf(pids: readonly number[]): Map<string, Used> {
  const threads = new Map<string, Used>();
  for (const pid of pids) {
    for (const tid of tasksOf(pid)) {
      const path = `/proc/${pid}/task/${tid}/schedstat`;
      const used = usedBy(path);
      if (used) threads.set(path, used);
    }
  }
  return threads;
}

/** Undefined when the thread is gone. */
export function usedBy(path: string): Used | undefined {
  const [ran, waited] = read(path)?.split(" ") ?? [];
  if (ran === undefined) return undefined;
  return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 };
}

/** Whether a thread runs or wants to, by its path as {@link threadsOf} gives it. */
export function isRunnable(path: string): boolean {
  const stat = read(path.replace(/schedstat$/, "stat"));
  return stat?.slice(stat.lastIndexOf(")") + 2).startsWith("R") ?? false;
}

/** Cores that were used, or wanted, between two looks. On a busy machine wanting counts too. */
export function coresWanted(
  before: ReadonlyMap<string, Used>,
  after: ReadonlyMap<string, Used>,
  ms: number,
): number {
  let sum = 0;
  for (const [path, { ranMs, waitedMs }] of after) {
    const was = before.get(path) ?? { ranMs: 0, waitedMs: 0 };
    // A thread that hardly ran only waits its turn to go to sleep again.
    if (ranMs - was.ranMs > 1) sum += ranMs - was.ranMs + waitedMs - was.waitedMs;
  }
  return sum / ms;
}

function tasksOf(pid: number): string[] {
  try {
    return Array.from(Deno.readDirSync(`/proc/${pid}/task`), ({ name }) => name);
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
