import { PROGRAM_FILE } from "../host/failure.ts";
import { nameExports, type Pointer, type QuickJs } from "./exports.ts";
import type { Handles, Image } from "./image.ts";
import { OutOfMemory, readText, wellFormed, writeText } from "./text.ts";
import { GuestBroken, type Hooks, makeWorld } from "./world.ts";

const MODULE = 1;

/** What stands for a throw that nothing in the guest has caught. */
export class GuestThrew extends Error {
  override readonly name = "GuestThrew";

  constructor(readonly value: Pointer, readonly loading: boolean) {
    super("the guest threw");
  }
}

/** One guest: a new instance on a memory of its own. It is used for one run and then dropped. */
export class Machine {
  readonly #js: QuickJs;
  readonly #handles: Handles;
  readonly #memory: WebAssembly.Memory;

  constructor(image: Image, memory: WebAssembly.Memory, hooks: Hooks) {
    this.#memory = memory;
    this.#handles = image.handles;
    const tick = () => {
      if (this.fuel >= 0) throw new GuestBroken("QuickJS aborted");
      hooks.tick();
    };
    const world = makeWorld(memory, { ...hooks, tick });
    const instance = new WebAssembly.Instance(image.module, world);
    const target = new Uint8Array(memory.buffer);
    for (const { at, bytes } of image.content) target.set(bytes, at);
    this.#js = nameExports(instance.exports);
  }

  /** Gives the guest so many units to run until the next tick. */
  set fuel(units: number) {
    this.#js.fuel.value = units;
  }

  get fuel(): number {
    return Number(this.#js.fuel.value);
  }

  /** The pages of memory that the guest believes it has. */
  get pages(): number {
    return Number(this.#js.pages.value);
  }

  set pages(count: number) {
    this.#js.pages.value = count;
  }

  /** Loads the program and calls its default export. All texts but the program are JSON. */
  start(program: string, input: string, settings: string): void {
    const { context, configure, start } = this.#handles;
    const js = this.#js;
    this.#call(configure, [this.#text(settings)]);
    const code = writeText(js, this.#memory, program);
    const file = writeText(js, this.#memory, PROGRAM_FILE);
    const module = js.evaluate(context, code.at, code.bytes, file.at, 0, MODULE);
    js.free(code.at);
    this.#check(module, true);
    const loading = js.newNumber(context, js.promiseState(context, module) < 0 ? 0 : 1);
    this.#call(start, [module, loading, this.#text(input)]);
  }

  /** Answers a tool call with a JSON value, or with `{ code, message }` of its failure as JSON. */
  settle(call: number, ok: boolean, json: string): void {
    const flag = this.#number(ok ? 1 : 0);
    this.#call(this.#handles.settle, [this.#number(call), flag, this.#text(json)]);
  }

  /** Tells the guest that a timer is due. */
  fire(timer: number): void {
    this.#call(this.#handles.fire, [this.#number(timer)]);
  }

  /** Lets the guest describe what it threw; the description comes through the border. */
  describe(kind: "load" | "threw", thrown: Pointer): void {
    this.#call(this.#handles.fail, [this.#text(kind), thrown]);
  }

  /** Runs up to `most` waiting jobs and tells how many there were. */
  runJobs(most: number): number {
    const { runtime, context } = this.#handles;
    const last = this.#js.malloc(4);
    const result = this.#js.runJobs(runtime, most, last);
    this.#js.free(last);
    this.#check(result, false);
    const count = this.#js.toNumber(context, result);
    this.#js.freeValue(context, result);
    return count;
  }

  /** The number that the guest gave as its `index`th value. */
  numberAt(values: Pointer, index: number): number {
    return this.#js.toNumber(this.#handles.context, this.#js.argument(values, index));
  }

  /** The text that the guest gave as its `index`th value, or undefined when it is too long. */
  textAt(values: Pointer, index: number, mostBytes: number): string | undefined {
    const { context } = this.#handles;
    const at = this.#js.toText(context, this.#js.argument(values, index));
    if (at === 0) throw new OutOfMemory("no room to read a text");
    const text = readText(this.#memory, at, mostBytes);
    this.#js.freeText(context, at);
    return text;
  }

  #call(fn: Pointer, values: Pointer[]): void {
    const { context } = this.#handles;
    const js = this.#js;
    const list = js.malloc(values.length * 4);
    if (list === 0) throw new OutOfMemory("no room for a call");
    new Uint32Array(this.#memory.buffer, list, values.length).set(values);
    const result = js.call(context, fn, js.undefined(), values.length, list);
    js.free(list);
    for (const value of values) js.freeValue(context, value);
    this.#check(result, false);
    js.freeValue(context, result);
  }

  #check(value: Pointer, loading: boolean): void {
    const thrown = this.#js.thrown(this.#handles.context, value);
    if (thrown !== 0) throw new GuestThrew(thrown, loading);
  }

  #text(json: string): Pointer {
    const { context } = this.#handles;
    const block = writeText(this.#js, this.#memory, wellFormed(json));
    const value = this.#js.newString(context, block.at);
    this.#js.free(block.at);
    if (this.#js.thrown(context, value)) throw new OutOfMemory("no room for a text");
    return value;
  }

  #number(value: number): Pointer {
    return this.#js.newNumber(this.#handles.context, value);
  }
}
