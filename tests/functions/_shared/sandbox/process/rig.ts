import type {
  Ending,
  Event,
  Job,
  Limits,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import {
  type ProcessEngine,
  type ProcessOptions,
  startProcessEngine,
} from "../../../../../supabase/functions/_shared/sandbox/process/engine.ts";

export const NEVER = new AbortController().signal;
export const ONE = "export default () => 1";
export const LOOP = "export default () => { console.log('on'); for (;;) ; }";
export const SLEEP =
  "export default () => { console.log('on'); return new Promise((r) => setTimeout(r, 60_000)) }";

const SOON_MS = 10;
const LATEST_MS = 15_000;

/** A small engine that keeps its warnings to itself. */
export function startSmall(options: ProcessOptions = {}): Promise<ProcessEngine> {
  return startProcessEngine({ places: 2, warm: 1, log() {}, ...options });
}

/** What differs from an ordinary run. */
export interface Wish {
  limits?: Partial<Limits>;
  input?: unknown;
  signal?: AbortSignal;
  tools?: Job["tools"];
}

export function jobOf(engine: ProcessEngine, program: string, wish: Wish = {}): Job {
  const { input = null, tools = {}, limits = {} } = wish;
  const all = { ...engine.defaults, ...limits };
  return { program, input: JSON.stringify(input), tools, limits: all };
}

/** Plays a program as a tenant to its end. */
export async function playAs(
  engine: ProcessEngine,
  tenant: string,
  program: string,
  wish: Wish = {},
): Promise<Ending> {
  const job = jobOf(engine, program, wish);
  const claim = { run: crypto.randomUUID(), tenant, limits: job.limits };
  const signal = wish.signal ?? NEVER;
  const place = await engine.admit(claim, NEVER);
  return endingOf(await Array.fromAsync(place.run(job, signal)));
}

export function endingOf(seen: readonly (Event | Ending)[]): Ending {
  const last = seen.at(-1);
  if (last?.type !== "ending") throw new Error("the run has no ending");
  return last;
}

/** Every process below this one, however deep. */
export function descendants(pid = Deno.pid): number[] {
  const children: number[] = [];
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const line = Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim();
      if (line !== "") children.push(...line.split(" ").map(Number));
    }
  } catch {
    // it has ended meanwhile
  }
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Is there still such a process? One that is dead and not yet buried does not count. */
export function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** Waits for a state; fails when it never comes. */
export async function until(what: string, state: () => boolean): Promise<void> {
  const started = performance.now();
  while (!state()) {
    if (performance.now() - started > LATEST_MS) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, SOON_MS));
  }
}
