import * as z from "zod";
import { isShallow, MAX_JSON_DEPTH } from "../depth.ts";
import type { AgentError, Event } from "../engine.ts";
import { byteLength, type Calls } from "../host/calls.ts";
import type { Pointer } from "./exports.ts";
import { Fallen } from "./fallen.ts";
import type { Machine } from "./machine.ts";
import { OP } from "../host/operations.ts";
import type { Spending } from "../host/spending.ts";
import { Finished, Stop, stopFor } from "../host/stop.ts";
import type { Timers } from "./timers.ts";
import { GuestBroken } from "./world.ts";

/** What the border acts upon. */
export interface Behind {
  machine: Machine;
  spending: Spending;
  calls: Calls;
  timers: Timers;
  emit(event: Event): void;
}

const SMALL_TEXT = 16 * 1024;
const EXCEEDED = { output: "output_limit", log: "log_limit", tool: "tool_limit" } as const;

const levelSchema = z.enum(["debug", "info", "warn", "error"]);
const exceededSchema = z.enum(["output", "log", "tool"]);
const numberSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const delaySchema = z.number().min(0).max(2 ** 31 - 1);

/**
 * Serves what a guest asks through its one function `host`. The guest is hostile: every value is
 * measured in the guest's memory before it is copied, and parsed before it is used.
 */
export class Border {
  #count = 0;

  constructor(readonly behind: Behind) {}

  /** Serves one call of `host` with `count` values; most ends of a run are thrown from here. */
  ask(values: Pointer, count: number): void {
    this.#count = count;
    try {
      this.#serve[this.#number(values, 0)]?.(values);
    } catch (thrown) {
      const forged = thrown instanceof z.ZodError || thrown instanceof SyntaxError;
      throw forged ? stopFor("internal", this.behind.spending.limits) : thrown;
    }
  }

  readonly #serve: Record<number, (values: Pointer) => void> = {
    [OP.log]: (values) => this.#log(values),
    [OP.output]: (values) => this.#outputPart(values),
    [OP.call]: (values) => this.#call(values),
    [OP.arm]: (values) =>
      this.behind.timers.arm(this.#number(values, 1), delaySchema.parse(this.#raw(values, 2))),
    [OP.disarm]: (values) => this.behind.timers.disarm(this.#number(values, 1)),
    [OP.done]: (values) => this.#done(values),
    [OP.fail]: (values) => this.#fail(values),
    [OP.breach]: (values) => this.#breach(values),
    [OP.exceed]: (values) => this.#exceed(exceededSchema.parse(this.#small(values, 1))),
  };

  #log(values: Pointer): void {
    const { spending, emit } = this.behind;
    const level = levelSchema.parse(this.#small(values, 1));
    const left = spending.left("logBytes");
    const message = z.string().parse(JSON.parse(this.#text(values, 2, left * 6 + 2, "log_limit")));
    const text = this.#text(values, 3, left, "log_limit");
    const fields = text === "" ? {} : { fields: this.#json(text) };
    spending.add("logBytes", byteLength(message) + byteLength(text));
    emit({ type: "log", level, message, ...fields });
  }

  #outputPart(values: Pointer): void {
    const value = this.#counted(values);
    this.behind.emit({ type: "output", value });
  }

  /** Nothing of the guest runs after its result: no loop that it left behind, no late call. */
  #done(values: Pointer): void {
    throw new Finished(this.#counted(values));
  }

  #counted(values: Pointer): string {
    const { spending } = this.behind;
    const text = this.#text(values, 1, spending.left("outputBytes"), "output_limit");
    spending.add("outputBytes", byteLength(text));
    return this.#json(text);
  }

  #call(values: Pointer): void {
    const { spending, calls, emit } = this.behind;
    const call = this.#number(values, 1);
    const tool = z.string().parse(JSON.parse(this.#small(values, 2)));
    const args = this.#json(this.#text(values, 3, spending.limits.toolBytes * 3, "tool_limit"));
    spending.add("toolCalls", 1);
    if (calls.underWay >= spending.limits.toolConcurrency) {
      throw stopFor("tool_limit", spending.limits);
    }
    emit({ type: "tool.call", call, tool });
    calls.start(call, tool, args);
  }

  #fail(values: Pointer): void {
    throw new Fallen({
      kind: this.#small(values, 1),
      name: this.#small(values, 2),
      message: this.#small(values, 3),
      stack: this.#text(values, 4, SMALL_TEXT * 2, "output_limit"),
    });
  }

  #breach(values: Pointer): void {
    const message = this.#small(values, 1);
    throw new Stop({ kind: "contract", name: "ContractError", message });
  }

  #exceed(what: keyof typeof EXCEEDED): void {
    throw stopFor(EXCEEDED[what], this.behind.spending.limits);
  }

  /** A text that is known to be JSON, and not nested beyond reason. */
  #json(text: string): string {
    JSON.parse(text);
    if (isShallow(text)) return text;
    const message = `JSON must not be nested deeper than ${MAX_JSON_DEPTH} levels.`;
    throw new Stop({ kind: "contract", name: "ContractError", message });
  }

  #raw(values: Pointer, index: number): number {
    if (index >= this.#count) throw new GuestBroken("a value is missing");
    return this.behind.machine.numberAt(values, index);
  }

  #number(values: Pointer, index: number): number {
    return numberSchema.parse(this.#raw(values, index));
  }

  #small(values: Pointer, index: number): string {
    return this.#text(values, index, SMALL_TEXT, "output_limit");
  }

  #text(values: Pointer, index: number, most: number, kind: AgentError["kind"]): string {
    if (index >= this.#count) throw new GuestBroken("a value is missing");
    const text = this.behind.machine.textAt(values, index, most);
    if (text === undefined) throw stopFor(kind, this.behind.spending.limits);
    return text;
  }
}
