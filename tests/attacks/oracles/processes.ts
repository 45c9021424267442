/** A process below this one, as `/proc` knows it. */
export interface Descendant {
  pid: number;
  parent: number;
  /** User and system time of all its threads, and of children that it has waited for. */
  cpuMs: number;
  rssBytes: number;
  /** Dead, but not waited for. */
  zombie: boolean;
}

/** Linux tells times in hundredths of a second and sizes in pages, whatever the machine counts in. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;
/** The bits of a file's flags that say whether it was opened for writing. */
const ACCESS = 3;
/** Where the fields of `/proc/<pid>/stat` stand behind the command's closing bracket. */
const FIELD = {
  state: 0,
  parent: 1,
  utime: 11,
  stime: 12,
  cutime: 13,
  cstime: 14,
  rss: 21,
} as const;

/** Whether this machine lets us look at processes. */
export const TELLS_PROCESSES = Deno.build.os === "linux";

/** All processes that this one has started, directly or through others, and those they left it. */
export function listDescendants(): Descendant[] {
  if (!TELLS_PROCESSES) return [];
  const all = readAll();
  const below = new Set([Deno.pid]);
  for (let before = 0; before !== below.size;) {
    before = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all.filter(({ pid }) => below.has(pid) && pid !== Deno.pid);
}

/** What this process has used of the CPU, in milliseconds. */
export function ownCpuMs(): number {
  return read(Deno.pid)?.cpuMs ?? 0;
}

/** Descendants whose standard output or error is something that this process itself writes to. */
export function listWriters(): number[] {
  if (!TELLS_PROCESSES) return [];
  const own = new Set(
    listNumbers("/proc/self/fd").filter(isWritable).map((fd) => target("self", fd)),
  );
  own.delete("/dev/null");
  own.delete(undefined);
  const writes = (pid: number) => [1, 2].some((fd) => own.has(target(pid, fd)));
  return listDescendants().map(({ pid }) => pid).filter(writes);
}

function isWritable(fd: number): boolean {
  const flags = /flags:\s*(\d+)/.exec(readText(`/proc/self/fdinfo/${fd}`) ?? "")?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS) !== 0;
}

function target(pid: number | "self", fd: number): string | undefined {
  try {
    return Deno.readLinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return undefined;
  }
}

function readAll(): Descendant[] {
  return listNumbers("/proc").flatMap((pid) => read(pid) ?? []);
}

function listNumbers(folder: string): number[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => Number(name)).filter(Number.isInteger);
}

function read(pid: number): Descendant | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const number = (at: number) => Number(fields[at]);
  const { utime, stime, cutime, cstime } = FIELD;
  return {
    pid,
    parent: number(FIELD.parent),
    cpuMs: (number(utime) + number(stime) + number(cutime) + number(cstime)) * TICK_MS,
    rssBytes: number(FIELD.rss) * PAGE_BYTES,
    zombie: fields[FIELD.state] === "Z",
  };
}

/** Undefined when it has gone between two looks. */
function readText(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}
