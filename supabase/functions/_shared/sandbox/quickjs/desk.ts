import * as z from "zod";
import type { AgentError } from "../engine.ts";
import type { Border } from "../host/border.ts";
import type { Pointer } from "./exports.ts";
import { Fallen } from "./fallen.ts";
import type { Machine } from "./machine.ts";
import { OP } from "../host/operations.ts";
import type { Spending } from "../host/spending.ts";
import { stopFor } from "../host/stop.ts";
import type { Timers } from "./timers.ts";
import { GuestBroken } from "./world.ts";

/** Whom the desk serves, and with what. */
export interface Behind {
  machine: Machine;
  border: Border;
  timers: Timers;
}

const SMALL_TEXT = 16 * 1024;

const levelSchema = z.enum(["debug", "info", "warn", "error"]);
const exceededSchema = z.enum(["output", "log", "tool"]);
const numberSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const delaySchema = z.number().min(0).max(2 ** 31 - 1);

/**
 * Serves what a guest asks through its one function `host`. The guest is hostile: every value is
 * measured in the guest's memory before it is copied, and parsed before it is used.
 */
export class Desk {
  #count = 0;

  constructor(readonly behind: Behind) {}

  /** Serves one call of `host` with `count` values; most ends of a run are thrown from here. */
  ask(values: Pointer, count: number): void {
    this.#count = count;
    try {
      this.#serve[this.#number(values, 0)]?.(values);
    } catch (thrown) {
      const forged = thrown instanceof z.ZodError || thrown instanceof SyntaxError;
      throw forged ? stopFor("internal", this.#spending.limits) : thrown;
    }
  }

  readonly #serve: Record<number, (values: Pointer) => void> = {
    [OP.log]: (values) => this.#log(values),
    [OP.output]: (values) => this.behind.border.output(this.#outputText(values)),
    [OP.call]: (values) => this.#call(values),
    [OP.arm]: (values) =>
      this.behind.timers.arm(this.#number(values, 1), delaySchema.parse(this.#raw(values, 2))),
    [OP.disarm]: (values) => this.behind.timers.disarm(this.#number(values, 1)),
    [OP.done]: (values) => this.behind.border.done(this.#outputText(values)),
    [OP.fail]: (values) => this.#fail(values),
    [OP.breach]: (values) => this.behind.border.breach(this.#small(values, 1)),
    [OP.exceed]: (values) =>
      this.behind.border.exceed(exceededSchema.parse(this.#small(values, 1))),
  };

  get #spending(): Spending {
    return this.behind.border.spending;
  }

  #log(values: Pointer): void {
    const level = levelSchema.parse(this.#small(values, 1));
    const left = this.#spending.left("logBytes");
    const message = this.#text(values, 2, left * 6 + 2, "log_limit");
    this.behind.border.log(level, message, this.#text(values, 3, left, "log_limit"));
  }

  #call(values: Pointer): void {
    const most = this.#spending.limits.toolBytes * 3;
    const args = this.#text(values, 3, most, "tool_limit");
    this.behind.border.call(this.#number(values, 1), this.#small(values, 2), args);
  }

  #outputText(values: Pointer): string {
    return this.#text(values, 1, this.#spending.left("outputBytes"), "output_limit");
  }

  #fail(values: Pointer): void {
    throw new Fallen({
      kind: this.#small(values, 1),
      name: this.#small(values, 2),
      message: this.#small(values, 3),
      stack: this.#text(values, 4, SMALL_TEXT * 2, "output_limit"),
    });
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
    if (text === undefined) throw stopFor(kind, this.#spending.limits);
    return text;
  }
}
