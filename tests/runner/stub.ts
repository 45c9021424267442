import {
  DEFAULT_LIMITS,
  type Ending,
  type Engine,
  EngineBusy,
  EngineLost,
  EngineUnavailable,
  type Event,
  type Job,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { Slots } from "../../supabase/functions/_shared/sandbox/host/slots.ts";

/** An engine whose runs do what their program's name says, and who runs at the moment. */
export interface Stub extends Engine {
  /** Places that are taken now. */
  taken(): number;
  /** Settles when so many places are taken. */
  taking(count: number): Promise<void>;
  /** Programs that have run so far. */
  played: string[];
  /** What admitting throws, if it shall. */
  failure: Error | undefined;
}

const USAGE = {
  wallMs: 1,
  cpuMs: 1,
  memoryBytes: 1,
  outputBytes: 1,
  logBytes: 0,
  events: 0,
  toolCalls: 0,
};

/** Makes a stub with so many places. It knows the programs `return`, `hold`, `lose` and `flood`. */
export function stubEngine(places = 2, maxWaiting = 8): Stub {
  const slots = new Slots(places, maxWaiting);
  const watchers = new Map<() => void, number>();
  const look = () => {
    for (const [resolve, count] of watchers) {
      if (slots.taken !== count) continue;
      watchers.delete(resolve);
      resolve();
    }
  };
  const played: string[] = [];
  const stub: Stub = {
    name: "stub",
    defaults: DEFAULT_LIMITS,
    ceiling: DEFAULT_LIMITS,
    played,
    failure: undefined,
    taken: () => slots.taken,
    taking: (count) =>
      new Promise((resolve) => {
        watchers.set(resolve, count);
        look();
      }),
    async admit({ tenant }, signal) {
      if (stub.failure) throw stub.failure;
      const free = await slots.take(tenant, signal);
      if (!free) throw new EngineBusy("no place became free in time");
      look();
      const leave = () => {
        free();
        look();
      };
      async function* run(job: Job, stopped: AbortSignal) {
        played.push(job.program);
        try {
          yield* play(job, stopped);
        } finally {
          leave();
        }
      }
      return { engine: "stub", layers: ["realm"], leave, run };
    },
    run: () => {
      throw new EngineUnavailable("the stub only admits");
    },
  };
  return stub;
}

async function* play(job: Job, signal: AbortSignal): AsyncGenerator<Event | Ending, void> {
  if (job.program === "lose") throw new EngineLost("the sandbox is gone");
  if (job.program === "unavailable") throw new EngineUnavailable("no sandbox starts");
  if (job.program === "hold") await aborted(signal);
  if (job.program === "ask") yield await ask(job, signal);
  if (job.program === "flood") yield* flood(signal);
  yield signal.aborted
    ? CANCELLED
    : { type: "ending", status: "succeeded", output: "1", usage: USAGE };
}

const CANCELLED: Ending = {
  type: "ending",
  status: "cancelled",
  error: { kind: "cancelled", name: "AbortError", message: "The run was cancelled." },
  usage: USAGE,
};

async function ask({ tools }: Job, signal: AbortSignal): Promise<Event> {
  const message = await Promise.race([
    tools.echo?.({ a: 1 }, signal, "echo").then(JSON.stringify, String),
    aborted(signal),
  ]);
  return { type: "log", level: "info", message: message ?? "nothing" };
}

/** Far more than any buffer between two sockets holds. */
async function* flood(signal: AbortSignal): AsyncGenerator<Event, void> {
  for (let sent = 0; sent < 64 && !signal.aborted; sent++) {
    yield { type: "log", level: "info", message: "x".repeat(1024 * 1024) };
  }
  await aborted(signal);
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
