import { OP } from "./opcodes.ts";
import { UnknownBinary } from "./reader.ts";
import type { ImportedFunction } from "./shape.ts";
import { u32 } from "./writer.ts";

/** The pieces of code that the meter puts into a function. `scratch` is a local of type i32. */
export interface Probes {
  /** Charges one unit. */
  step(scratch: number): Uint8Array;
  /** Charges one unit for every 64 bytes of the length on top of the stack, which stays there. */
  bulk(scratch: number): number[];
  /** Takes the place of `memory.size`. */
  size: number[];
  /** Takes the place of `memory.grow`: the memory itself grows only where it is too small. */
  grow(scratch: number): number[];
}

const LOG2_BYTES_PER_UNIT = 6;
const EMPTY_BLOCK = 0x40;
const I32 = 0x7f;
const MINUS_ONE = 0x7f;
const ZERO = new Map([
  [0x7f, [OP.i32Const, 0]],
  [0x7e, [OP.i64Const, 0]],
  [0x7d, [OP.f32Const, 0, 0, 0, 0]],
  [0x7c, [OP.f64Const, 0, 0, 0, 0, 0, 0, 0, 0]],
]);

/** Probes that count down the global `fuel` and call `tick`, with zeros, when it falls below 0. */
export function makeProbes(fuel: number, pages: number, tick: ImportedFunction): Probes {
  const global = u32(fuel);
  const call = [...tick.params.flatMap(zero), OP.call, ...u32(tick.index)];
  const drops = tick.results.map(() => OP.drop);
  const charge = (scratch: number, cost: number[]) => {
    const local = u32(scratch);
    const spend = [OP.globalGet, ...global, ...cost, OP.i32Sub, OP.localTee, ...local];
    const test = [OP.globalSet, ...global, OP.localGet, ...local, OP.i32Const, 0, OP.i32LessSigned];
    return [...spend, ...test, OP.if, EMPTY_BLOCK, ...call, ...drops, OP.end];
  };
  return {
    grow: (scratch) => growProbe(u32(pages), u32(scratch), u32(scratch + 1)),
    size: [OP.globalGet, ...u32(pages)],
    step: memoize((scratch) => Uint8Array.from(charge(scratch, [OP.i32Const, 1]))),
    bulk: (length) => {
      const cost = [
        OP.localGet,
        ...u32(length),
        OP.i32Const,
        LOG2_BYTES_PER_UNIT,
        OP.i32ShiftRight,
      ];
      const after = [OP.localGet, ...u32(length)];
      return [OP.localTee, ...u32(length), OP.drop, ...charge(length + 1, cost), ...after];
    },
  };
}

function memoize<Value>(make: (key: number) => Value): (key: number) => Value {
  const made = new Map<number, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

function growProbe(pages: number[], asked: number[], total: number[]): number[] {
  const actual = [OP.memorySize, 0];
  return [
    ...[OP.localSet, ...asked, OP.block, I32, OP.block, EMPTY_BLOCK],
    ...[OP.globalGet, ...pages, OP.localGet, ...asked, OP.i32Add, OP.localTee, ...total],
    ...[...actual, OP.i32LessOrEqualUnsigned, OP.branchIf, 0],
    ...[OP.localGet, ...total, ...actual, OP.i32Sub, OP.memoryGrow, 0],
    ...[OP.i32Const, MINUS_ONE, OP.i32NotEqual, OP.branchIf, 0],
    ...[OP.i32Const, MINUS_ONE, OP.branch, 1, OP.end],
    ...[OP.globalGet, ...pages, OP.localGet, ...total, OP.globalSet, ...pages, OP.end],
  ];
}

function zero(type: number): number[] {
  const constant = ZERO.get(type);
  if (!constant) throw new UnknownBinary(`the tick takes a parameter of type ${type}`);
  return constant;
}
