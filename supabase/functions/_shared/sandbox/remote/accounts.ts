import { isShallow } from "../depth.ts";
import type { Ending, Event, Limits } from "../engine.ts";
import { byteLength } from "../host/calls.ts";
import { statusOf } from "../host/stop.ts";
import { Breach } from "./lines.ts";
import { type EndingLine, fromWireUsage } from "./wire.ts";

/** Beats of a run that no second of its time pays for: its place was held before. */
const FREE_BEATS = 100;

/**
 * What a runner may say of one run. An honest one stays within the run's limits by itself; one that
 * does not has lost its credit: {@link Breach}.
 */
export class Accounts {
  readonly #spent = { outputBytes: 0, logBytes: 0, events: 0, toolCalls: 0 };

  #beats = 0;

  constructor(readonly limits: Limits) {}

  /** Takes a sign of life: honest runners give one each few seconds. */
  beat(): void {
    if (++this.#beats > FREE_BEATS + this.limits.wallMs / 1000) throw new Breach("too many beats");
  }

  /** Takes an event. Texts that are to be JSON are, on one line, and not nested beyond reason. */
  event(event: Event): Event {
    this.#add("events", 1);
    if (event.type === "log") {
      this.#add("logBytes", byteLength(event.message) + byteLength(event.fields ?? ""));
      if (event.fields !== undefined) checkJson(event.fields);
    } else if (event.type === "output") {
      this.#add("outputBytes", byteLength(event.value));
      checkJson(event.value);
    }
    return event;
  }

  /** Takes a question for a tool, while so many others are under way. */
  ask(args: string, underWay: number): void {
    this.#add("toolCalls", 1);
    if (underWay >= this.limits.toolConcurrency) throw new Breach("too many calls at once");
    if (byteLength(args) > this.limits.toolBytes) throw new Breach("arguments beyond the limit");
    checkJson(args);
  }

  /** Takes the last word. */
  ending({ output, error, status, usage: spent }: EndingLine): Ending {
    const usage = fromWireUsage(spent);
    for (const name of ["memoryBytes", "outputBytes", "logBytes", "events", "toolCalls"] as const) {
      if (usage[name] > this.limits[name]) throw new Breach("usage beyond the limits");
    }
    if (error !== undefined) {
      if (output !== undefined || statusOf(error) !== status) throw new Breach("a muddled ending");
      return { type: "ending", status, error, usage };
    }
    if (output === undefined || status !== "succeeded") throw new Breach("a muddled ending");
    this.#add("outputBytes", byteLength(output));
    checkJson(output);
    return { type: "ending", status, output, usage };
  }

  #add(what: "outputBytes" | "logBytes" | "events" | "toolCalls", amount: number): void {
    this.#spent[what] += amount;
    if (this.#spent[what] > this.limits[what]) throw new Breach(`${what} beyond the limits`);
  }
}

/** Line breaks would be JSON, too, but they end lines of the streams that it is passed on in. */
function checkJson(text: string): void {
  try {
    if (!/[\n\r]/.test(text) && isShallow(text)) return void JSON.parse(text);
  } catch {
    // told below
  }
  throw new Breach("a text that is not JSON");
}
