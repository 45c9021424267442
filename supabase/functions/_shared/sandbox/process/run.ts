import type { Ending, Event, Job } from "../engine.ts";
import { Border } from "../host/border.ts";
import { Calls } from "../host/calls.ts";
import { guestSettings } from "../host/settings.ts";
import { Spending } from "../host/spending.ts";
import { Finished, statusOf, Stop, stopFor } from "../host/stop.ts";
import type { Child, Death, Frame } from "./child.ts";
import { explain } from "./death.ts";
import { SAY } from "./frames.ts";

/** Between two looks at what the process uses: as late as this a limit may be noticed. */
const LOOK_MS = 20;
const SOONEST_LOOK_MS = 2;
/** JSON in JSON in UTF-8: six bytes for a character, and each backslash once more. */
const ESCAPED = 12;
const FRAME_BYTES = 64 * 1024;
/** The realm counts time, not work: where the process itself is measured, that is only a last wall. */
const GENEROUS = 4;
/** A child that is to be used again has this long to put its old realm away. */
const REST_MS = 250;

/** One run on one child. */
export class Run {
  readonly #spending: Spending;
  readonly #calls: Calls;
  readonly #border: Border;
  readonly #end = Promise.withResolvers<Stop | Finished>();
  readonly #rested = Promise.withResolvers<boolean>();
  readonly #isMeasured: boolean;
  readonly #number: number;
  #look: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(readonly job: Job, readonly child: Child, emit: (event: Event) => void) {
    this.#spending = new Spending(job.limits);
    this.#calls = new Calls(job, (answer) =>
      this.#try(() => {
        const { call, tool, ok, json, ms } = answer;
        this.#border.tell({ type: "tool.result", call, tool, ok, ms });
        this.child.send({ type: "answer", run: this.#number, call, ok, json });
        this.#checkUnread();
      }));
    this.#border = new Border(this.#spending, this.#calls, emit);
    this.#number = child.nextRun();
    this.#isMeasured = child.meter?.start() ?? false;
  }

  /** Runs the program to its one ending. The child is as it was left: to be killed, or to rest. */
  async perform(signal: AbortSignal, keep: boolean): Promise<Ending> {
    const bell = setTimeout(() => this.#stop("wall_limit"), this.job.limits.wallMs);
    const cancel = () => this.#stop("cancelled");
    signal.addEventListener("abort", cancel);
    if (signal.aborted) cancel();
    else this.#start(keep);
    try {
      const end = await this.#end.promise;
      const usage = this.#usage();
      if (end instanceof Finished) {
        return { type: "ending", status: "succeeded", output: end.output, usage };
      }
      return { type: "ending", status: statusOf(end.error), error: end.error, usage };
    } finally {
      clearTimeout(bell);
      clearTimeout(this.#look);
      signal.removeEventListener("abort", cancel);
      this.#calls.close();
    }
  }

  /** Has the child put away everything of this run, and waits for nothing? If not, it must die. */
  async rested(): Promise<boolean> {
    if (this.#calls.underWay > 0) return false;
    const late = setTimeout(() => this.#rested.resolve(false), REST_MS);
    const rested = await this.#rested.promise;
    clearTimeout(late);
    return rested;
  }

  #start(keep: boolean): void {
    const { program, input, limits } = this.job;
    const { outputBytes, logBytes, events, toolCalls, toolBytes } = limits;
    const lineBytes = Math.max(outputBytes, logBytes, toolBytes) * ESCAPED + FRAME_BYTES;
    const totalBytes = (outputBytes + logBytes + toolCalls * toolBytes) * ESCAPED +
      (events + 1) * FRAME_BYTES;
    const listener = {
      hear: (frame: Frame) => this.#hear(frame),
      fault: () => this.#stop("internal"),
      died: (death: Death) => this.#died(death),
    };
    this.child.listen(listener, lineBytes, totalBytes);
    const cpuMs = limits.cpuMs * (this.#isMeasured ? GENEROUS : 1);
    const settings = guestSettings(limits);
    const run = this.#number;
    this.child.send({ type: "job", run, program, input, settings, cpuMs, keep });
    this.#measureSoon();
  }

  #hear(frame: Frame): void {
    if (frame[0] === SAY.rested) return this.#rested.resolve(this.#isOver);
    if (!this.#isOver) this.#try(() => this.#serve(frame));
  }

  #serve(frame: Frame): void {
    const border = this.#border;
    switch (frame[0]) {
      case SAY.log:
        return border.log(frame[1], frame[2], frame[3]);
      case SAY.output:
        return border.output(frame[1]);
      case SAY.call:
        return border.call(frame[1], frame[2], frame[3]);
      case SAY.done:
        return border.done(frame[1]);
      case SAY.fail:
        return border.fail({ kind: frame[1], name: frame[2], message: frame[3], stack: frame[4] });
      case SAY.breach:
        return border.breach(frame[1]);
      case SAY.exceed:
        return border.exceed(frame[1]);
      case SAY.spent:
        return this.#stop("cpu_limit");
      case SAY.stalled:
        return this.#stop(this.#calls.underWay === 0 ? "stalled" : "internal");
      default:
        return this.#stop("internal");
    }
  }

  #died(death: Death): void {
    this.#rested.resolve(false);
    this.#finish(explain(death, this.#spending));
  }

  /** Does what may meet a limit, or a lie. */
  #try(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      if (thrown instanceof Stop || thrown instanceof Finished) this.#finish(thrown);
      else if (thrown instanceof SyntaxError) this.#stop("internal");
      else this.#end.reject(thrown);
    }
  }

  #stop(kind: Parameters<typeof stopFor>[0]): void {
    this.#finish(stopFor(kind, this.job.limits));
  }

  #finish(end: Stop | Finished): void {
    const { limits } = this.job;
    if (end instanceof Stop && end.error.kind === "memory_limit") {
      this.#spending.noteMemory(limits.memoryBytes);
    }
    this.#isOver = true;
    this.#end.resolve(end);
  }

  /** A child that takes nothing, while its tools answer, would pile their answers up here. */
  #checkUnread(): void {
    const { toolConcurrency, toolBytes } = this.job.limits;
    const most = 2 * toolConcurrency * toolBytes * ESCAPED + FRAME_BYTES;
    if (this.child.unreadBytes > most) this.#stop("internal");
  }

  #measureSoon(): void {
    const ms = Math.min(LOOK_MS, Math.max(SOONEST_LOOK_MS, this.#spending.cpuLeftMs));
    this.#look = setTimeout(() => {
      this.#try(() => this.#measure());
      if (!this.#isOver) this.#measureSoon();
    }, ms);
  }

  #measure(): void {
    const now = this.child.meter?.read();
    if (now !== undefined) this.#spending.measure(now.cpuMs, now.memoryBytes);
  }

  #usage() {
    try {
      this.#measure();
    } catch {
      // it has ended for another reason already
    }
    return this.#spending.usage();
  }
}
