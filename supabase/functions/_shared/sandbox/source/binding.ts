import { SWC_IMPORTS, SWC_TICK } from "./swc.ts";

/** What `binding.ts` needs to call back into swc. */
export interface SwcMemory {
  memory: WebAssembly.Memory;
  allocate(bytes: number): number;
}

/** The host's side of wasm-bindgen: values that swc holds by number, and what it does to them. */
export class Binding {
  readonly #values: unknown[] = [undefined];

  constructor(readonly swc: SwcMemory, readonly tick: (message: () => string) => void) {}

  /** Gives swc a value to hold. */
  hold(value: unknown): number {
    return this.#values.push(value) - 1;
  }

  /** The value that swc holds by this number. */
  held(index: number): unknown {
    return this.#values[index];
  }

  /** The imports, for exactly the functions that stripping calls; any other call throws. */
  imports(module: WebAssembly.Module): WebAssembly.Imports {
    const known = new Map(Object.entries(this.#functions));
    const given: WebAssembly.ModuleImports = { memory: this.swc.memory };
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      if (kind === "function") given[name] = known.get(name) ?? refuse;
    }
    return { [SWC_IMPORTS]: given };
  }

  readonly #functions: Record<string, (...args: number[]) => number | void> = {
    [SWC_TICK]: (at = 0, bytes = 0) => this.tick(() => this.#text(at, bytes)),
    __wbindgen_is_falsy: (a = 0) => Number(!this.held(a)),
    __wbindgen_is_object: (a = 0) => Number(isObject(this.held(a))),
    __wbindgen_is_string: (a = 0) => Number(typeof this.held(a) === "string"),
    __wbindgen_is_undefined: (a = 0) => Number(this.held(a) === undefined),
    __wbindgen_jsval_loose_eq: (a = 0, b = 0) => Number(looseEqual(this.held(a), this.held(b))),
    __wbindgen_boolean_get: (a = 0) => booleanOf(this.held(a)),
    __wbindgen_in: (a = 0, b = 0) => Number(String(this.held(a)) in this.#object(b)),
    __wbindgen_number_new: (value) => this.hold(value),
    __wbindgen_string_new: (at = 0, bytes = 0) => this.hold(this.#text(at, bytes)),
    __wbindgen_error_new: (at = 0, bytes = 0) => this.hold(new Error(this.#text(at, bytes))),
    __wbindgen_string_get: (target = 0, a = 0) => this.#give(target, this.held(a)),
    __wbindgen_object_clone_ref: (a = 0) => this.hold(this.held(a)),
    __wbindgen_object_drop_ref: (a = 0) => void (this.#values[a] = undefined),
    __wbg_getwithrefkey_1dc361bd10053bfe: (a = 0, b = 0) =>
      this.hold(Reflect.get(this.#object(a), String(this.held(b)))),
    __wbg_new_405e22f390576ce2: () => this.hold({}),
    __wbg_set_3f1d0b984ed272ed: (a = 0, key = 0, value = 0) =>
      void Reflect.set(this.#object(a), String(this.held(key)), this.held(value)),
  };

  #object(index: number): object {
    const value = this.held(index);
    return isObject(value) ? value : refuse();
  }

  #text(at: number, bytes: number): string {
    return decoder.decode(new Uint8Array(this.swc.memory.buffer, at >>> 0, bytes));
  }

  /** Writes a string into swc's memory and its place and length to `target`; 0 for what is none. */
  #give(target: number, value: unknown): void {
    const bytes = typeof value === "string" ? encoder.encode(value) : undefined;
    const at = bytes ? this.swc.allocate(bytes.length) : 0;
    const { buffer } = this.swc.memory;
    if (bytes) new Uint8Array(buffer, at >>> 0, bytes.length).set(bytes);
    const view = new DataView(buffer);
    view.setInt32(target, at, true);
    view.setInt32(target + 4, bytes?.length ?? 0, true);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Only ever asked whether something is undefined or null. */
function looseEqual(a: unknown, b: unknown): boolean {
  return (a ?? undefined) === (b ?? undefined);
}

function booleanOf(value: unknown): number {
  return typeof value === "boolean" ? Number(value) : 2;
}

function refuse(): never {
  throw new Error("swc called an import that it has no need of");
}
