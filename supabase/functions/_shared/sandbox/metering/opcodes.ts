import { type Reader, UnknownBinary } from "./reader.ts";

/** The instructions that the meter acts upon. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32LessSigned: 0x48,
  i32NotEqual: 0x47,
  i32LessOrEqualUnsigned: 0x4d,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32ShiftRight: 0x76,
  prefix: 0xfc,
} as const;

/** The instructions after the prefix 0xfc whose cost grows with their last operand. */
export const BULK = { memoryInit: 8, memoryCopy: 10, memoryFill: 11 } as const;

type Immediate = (reader: Reader) => void;

const none: Immediate = () => {};
const one: Immediate = (reader) => reader.skipLeb();
const two: Immediate = (reader) => {
  reader.skipLeb();
  reader.skipLeb();
};
const branchTable: Immediate = (reader) => {
  for (let left = reader.u32() + 1; left > 0; left--) reader.skipLeb();
};
const typedSelect: Immediate = (reader) => reader.skip(reader.u32());

const IMMEDIATES = table([
  [0x00, 0x01, none], // unreachable, nop
  [0x02, 0x04, one], // block, loop, if
  [0x05, 0x05, none], // else
  [0x0b, 0x0b, none], // end
  [0x0c, 0x0d, one], // br, br_if
  [0x0e, 0x0e, branchTable],
  [0x0f, 0x0f, none], // return
  [0x10, 0x10, one], // call
  [0x11, 0x11, two], // call_indirect
  [0x1a, 0x1b, none], // drop, select
  [0x1c, 0x1c, typedSelect],
  [0x20, 0x24, one], // locals, globals
  [0x28, 0x3e, two], // loads, stores
  [0x3f, 0x42, one], // memory.size, memory.grow, i32.const, i64.const
  [0x43, 0x43, (reader) => reader.skip(4)],
  [0x44, 0x44, (reader) => reader.skip(8)],
  [0x45, 0xc4, none], // arithmetic, comparison, conversion, sign extension
]);

const PREFIXED = table([
  [0, 7, none], // saturating truncation
  [BULK.memoryInit, BULK.memoryInit, two],
  [9, 9, one], // data.drop
  [BULK.memoryCopy, BULK.memoryCopy, two],
  [BULK.memoryFill, BULK.memoryFill, one],
]);

/**
 * Passes over the rest of an instruction, and tells the sub-opcode of a prefixed one.
 *
 * It fails closed. What is left out is left out on purpose: exception handling could catch what the
 * meter throws, tail calls escape the count, changed tables outlive a reset, threads run elsewhere.
 */
export function skipInstruction(reader: Reader, opcode: number): number | undefined {
  if (opcode !== OP.prefix) return void find(IMMEDIATES, opcode)(reader);
  const sub = reader.u32();
  find(PREFIXED, sub)(reader);
  return sub;
}

function find(known: readonly (Immediate | undefined)[], opcode: number): Immediate {
  const immediate = known[opcode];
  if (!immediate) throw new UnknownBinary(`instruction 0x${opcode.toString(16)}`);
  return immediate;
}

function table(ranges: readonly (readonly [number, number, Immediate])[]) {
  const known = Array.from<Immediate | undefined>({ length: 256 });
  for (const [first, last, immediate] of ranges) {
    for (let opcode = first; opcode <= last; opcode++) known[opcode] = immediate;
  }
  return known;
}
