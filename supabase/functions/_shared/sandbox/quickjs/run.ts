import type { Ending, Event, Job, Limits } from "../engine.ts";
import { Border } from "../host/border.ts";
import { Desk } from "./desk.ts";
import { type Answer, Calls } from "../host/calls.ts";
import { growHeap, heapBytes } from "./heap.ts";
import type { Image } from "./image.ts";
import { GuestThrew, Machine } from "./machine.ts";
import { Mailbox } from "./mailbox.ts";
import { Spending } from "../host/spending.ts";
import { Finished, statusOf, Stop, stopFor } from "../host/stop.ts";
import { stopOf } from "../host/failure.ts";
import { guestSettings } from "../host/settings.ts";
import { Fallen } from "./fallen.ts";
import { OutOfMemory } from "./text.ts";
import { Timers } from "./timers.ts";
import { GuestBroken } from "./world.ts";

/** Units of fuel between two looks at the clock: some 2 ms. */
const FUEL_SLICE = 500_000;
const JOBS_AT_ONCE = 64;
/** A guest that always has something to do lets the host's event loop turn this often. */
const BREATH_MS = 10;

/** Runs a job in a new guest of an image, on a memory that is wiped afterwards. */
export async function runOn(
  image: Image,
  job: Job,
  signal: AbortSignal,
  emit: (event: Event) => void,
): Promise<Ending> {
  const memory = image.memories.take();
  try {
    return await new Run(job, image, memory, emit).perform(signal);
  } finally {
    image.memories.give(memory);
  }
}

/** One run, from a fresh guest to its ending. It takes the memory, and leaves it to be wiped. */
export class Run {
  readonly #mailbox = new Mailbox();
  readonly #spending: Spending;
  readonly #calls: Calls;
  readonly #timers: Timers;
  readonly #machine: Machine;
  readonly #border: Border;
  readonly #desk: Desk;
  /** Set from outside; the run ends with it at its next step. */
  #called: "cancelled" | "wall_limit" | undefined;

  constructor(
    readonly job: Job,
    readonly image: Image,
    memory: WebAssembly.Memory,
    emit: (e: Event) => void,
  ) {
    const { limits } = job;
    const spending = this.#spending = new Spending(limits);
    this.#timers = new Timers((id) => this.#mailbox.post(() => this.#machine.fire(id)));
    this.#calls = new Calls(job, (answer) => this.#mailbox.post(() => this.#answer(answer)));
    const machine = this.#machine = new Machine(image, memory, {
      tick: () => this.#tick(),
      ask: (values, count) => this.#desk.ask(values, count),
      grow: (bytes) => this.#grow(memory, bytes),
    });
    const border = this.#border = new Border(spending, this.#calls, emit);
    this.#desk = new Desk({ machine, border, timers: this.#timers });
  }

  /** Runs the program to its one ending. Throws nothing but our own bugs. */
  async perform(signal: AbortSignal): Promise<Ending> {
    const call = (kind: "cancelled" | "wall_limit") => {
      this.#called ??= kind;
      this.#mailbox.ring();
    };
    const cancel = () => call("cancelled");
    const bell = setTimeout(() => call("wall_limit"), this.#spending.wallLeftMs);
    signal.addEventListener("abort", cancel);
    if (signal.aborted) cancel();
    try {
      return await this.#finish();
    } finally {
      clearTimeout(bell);
      signal.removeEventListener("abort", cancel);
      this.#timers.clear();
      this.#calls.close();
    }
  }

  async #finish(): Promise<Ending> {
    const end = await this.#live().catch((thrown: unknown) => explain(thrown, this.job.limits));
    const usage = this.#spending.usage();
    if (end instanceof Finished) {
      return { type: "ending", status: "succeeded", output: end.output, usage };
    }
    return { type: "ending", status: statusOf(end.error), error: end.error, usage };
  }

  /** Never returns: a guest ends by something that is thrown. */
  async #live(): Promise<never> {
    const { program, input, limits } = this.job;
    this.#machine.pages = this.image.pages;
    this.#machine.fuel = FUEL_SLICE;
    this.#slice(() => this.#machine.start(program, input, guestSettings(limits)));
    for (;;) {
      await this.#drain();
      const delivery = this.#mailbox.take();
      if (delivery) this.#slice(delivery);
      else if (this.#calls.underWay + this.#timers.pending === 0) throw stopFor("stalled", limits);
      else await this.#mailbox.wait();
      this.#check();
    }
  }

  async #drain(): Promise<void> {
    let breathed = performance.now();
    for (;;) {
      if (this.#slice(() => this.#machine.runJobs(JOBS_AT_ONCE)) === 0) return;
      this.#check();
      if (performance.now() - breathed < BREATH_MS) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#check();
      breathed = performance.now();
    }
  }

  /** Lets the guest run. What nothing in it catches, it describes itself, and that ends the run. */
  #slice<Result>(work: () => Result): Result {
    const { limits } = this.job;
    return this.#spending.slice(() => {
      try {
        return work();
      } catch (thrown) {
        if (!(thrown instanceof GuestThrew)) throw thrown;
        this.#machine.describe(thrown.loading ? "load" : "threw", thrown.value);
        throw stopFor("memory_limit", limits);
      } finally {
        this.#spending.noteMemory(heapBytes(this.#machine));
      }
    });
  }

  #answer({ call, tool, ok, json, ms }: Answer): void {
    this.#border.tell({ type: "tool.result", call, tool, ok, ms });
    this.#machine.settle(call, ok, json);
  }

  #tick(): void {
    this.#machine.fuel = FUEL_SLICE;
    this.#spending.noteMemory(heapBytes(this.#machine));
    this.#spending.checkClock();
  }

  /** A guest that needs too much ends here and now: it could catch an error, and go on. */
  #grow(memory: WebAssembly.Memory, bytes: number): boolean {
    const { limits } = this.job;
    if (growHeap(this.#machine, memory, bytes, limits.memoryBytes)) return true;
    this.#spending.noteMemory(limits.memoryBytes);
    throw stopFor("memory_limit", limits);
  }

  #check(): void {
    if (this.#called) throw stopFor(this.#called, this.job.limits);
    this.#spending.checkClock();
  }
}

/** Finds the run's end in what was thrown through the guest. Our own bugs are thrown on. */
function explain(thrown: unknown, limits: Limits): Stop | Finished {
  if (thrown instanceof Stop || thrown instanceof Finished) return thrown;
  if (thrown instanceof Fallen) return stopOf(thrown.raw, limits);
  if (thrown instanceof GuestThrew || thrown instanceof OutOfMemory) {
    return stopFor("memory_limit", limits);
  }
  if (thrown instanceof RangeError && thrown.message.includes("call stack")) {
    const message = "The program's calls or data are nested too deeply.";
    return new Stop({ kind: "threw", name: "RangeError", message });
  }
  if (thrown instanceof GuestBroken || thrown instanceof WebAssembly.RuntimeError) {
    return stopFor("internal", limits);
  }
  throw thrown;
}
