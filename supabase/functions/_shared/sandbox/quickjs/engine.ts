import {
  checkLimits,
  DEFAULT_LIMITS,
  type Ending,
  type Engine,
  EngineBusy,
  type Event,
  type Job,
  type Limits,
} from "../engine.ts";
import { getImage, MAX_HEAP_BYTES } from "./image.ts";
import { runOn } from "./run.ts";
import { checkJob, neverStarted } from "../host/job.ts";
import { type Leave, Slots } from "../host/slots.ts";
import { type Out, stream } from "../host/stream.ts";

const CEILING: Readonly<Limits> = {
  wallMs: 60_000,
  cpuMs: 500,
  memoryBytes: MAX_HEAP_BYTES,
  outputBytes: 1024 * 1024,
  logBytes: 1024 * 1024,
  events: 10_000,
  toolCalls: 1_000,
  toolConcurrency: 64,
  toolBytes: 1024 * 1024,
};

const PLACES = 2;
const MAX_WAITING = 64;
const MAX_WAITING_PER_TENANT = 8;

/** All engines of one isolate share its places: each run may hold {@link MAX_HEAP_BYTES}. */
const slots = new Slots(PLACES, MAX_WAITING, MAX_WAITING_PER_TENANT);

/**
 * QuickJS in WebAssembly, metered, in this very process: the engine for places that have neither
 * workers nor processes. It needs no permission. While a program computes, the isolate waits, so
 * its ceiling for CPU time is low.
 */
export const quickJs: Engine = {
  name: "quickjs",
  defaults: DEFAULT_LIMITS,
  ceiling: CEILING,
  async admit({ tenant, limits }, signal) {
    checkLimits(limits, CEILING);
    const leave = await slots.take(tenant, signal);
    if (!leave) throw new EngineBusy("no place became free in time");
    const enter = () => Promise.resolve(leave);
    return {
      engine: "quickjs",
      layers: ["realm", "quickjs", "wasm", "fuel"],
      leave,
      run: (job, signal) => run(job, signal, enter),
    };
  },
  run: (job, signal) => run(job, signal, (stopped) => slots.take("", stopped)),
};

type Enter = (signal: AbortSignal) => Promise<Leave | undefined>;

async function* run(
  job: Job,
  signal: AbortSignal,
  enter: Enter,
): AsyncGenerator<Event | Ending, void> {
  checkJob(job, CEILING);
  yield* stream(signal, (stopped, out) => perform(job, stopped, enter, out));
}

async function perform(
  job: Job,
  signal: AbortSignal,
  enter: Enter,
  out: Out,
): Promise<void> {
  const leave = await enter(signal);
  if (!leave) return out.push(neverStarted(job.limits));
  try {
    out.push(await runOn(await getImage(), job, signal, (event) => out.push(event)));
  } finally {
    leave();
  }
}
