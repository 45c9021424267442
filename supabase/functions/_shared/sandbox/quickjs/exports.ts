import { FUEL, PAGES } from "../metering/meter.ts";

/** An address in the guest's memory; 0 is none. */
export type Pointer = number;

/** The exports of the reviewed QuickJS build that we use. All values are pointers to values. */
export interface QuickJs {
  fuel: WebAssembly.Global;
  pages: WebAssembly.Global;
  construct(): void;
  malloc(bytes: number): Pointer;
  free(block: Pointer): void;
  newRuntime(): Pointer;
  setStackLimit(runtime: Pointer, bytes: number): void;
  newContext(runtime: Pointer, intrinsics: number): Pointer;
  newFunction(ctx: Pointer, name: Pointer, args: number, isClass: number, id: number): Pointer;
  newNumber(context: Pointer, value: number): Pointer;
  newString(context: Pointer, text: Pointer): Pointer;
  freeValue(context: Pointer, value: Pointer): void;
  toNumber(context: Pointer, value: Pointer): number;
  toText(context: Pointer, value: Pointer): Pointer;
  freeText(context: Pointer, text: Pointer): void;
  undefined(): Pointer;
  argument(values: Pointer, index: number): Pointer;
  property(context: Pointer, object: Pointer, name: Pointer): Pointer;
  evaluate(
    context: Pointer,
    code: Pointer,
    bytes: number,
    file: Pointer,
    detect: number,
    flags: number,
  ): Pointer;
  call(context: Pointer, fn: Pointer, self: Pointer, count: number, values: Pointer): Pointer;
  /** The thrown value when `value` stands for a throw, else 0. */
  thrown(context: Pointer, value: Pointer): Pointer;
  /** -1 for what is no promise, 0 pending, 1 fulfilled, 2 rejected. */
  promiseState(context: Pointer, value: Pointer): number;
  /** Runs up to `most` jobs. The value is their number, or a throw. */
  runJobs(runtime: Pointer, most: number, last: Pointer): Pointer;
}

/** Emscripten shortened the names; the digest in `binary.ts` keeps these pairs true. */
const NAMES = {
  fuel: FUEL,
  pages: PAGES,
  construct: "u",
  malloc: "v",
  free: "M",
  newRuntime: "K",
  setStackLimit: "D",
  newContext: "N",
  newFunction: "Da",
  newNumber: "Y",
  newString: "_",
  freeValue: "P",
  toNumber: "Z",
  toText: "$",
  freeText: "S",
  undefined: "E",
  argument: "Ea",
  property: "ha",
  evaluate: "pa",
  call: "ma",
  thrown: "na",
  promiseState: "wa",
  runJobs: "ga",
} as const satisfies Record<keyof QuickJs, string>;

/** The names of the exports that are used. */
export const USED_EXPORTS: ReadonlySet<string> = new Set(Object.values(NAMES));

const PAIRS = Object.entries(NAMES);

/** Gives the exports their names back; throws when one is missing. */
export function nameExports(exports: WebAssembly.Exports): QuickJs {
  const named = Object.fromEntries(PAIRS.map(([name, short]) => [name, exports[short]]));
  if (!isQuickJs(named)) throw new Error("the QuickJS build lacks an export");
  return named;
}

function isQuickJs(named: object): named is QuickJs {
  return Object.entries(named).every(([name, value]) =>
    name === "fuel" || name === "pages"
      ? value instanceof WebAssembly.Global
      : typeof value === "function"
  );
}
