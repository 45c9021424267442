import { BULK, OP, skipInstruction } from "./opcodes.ts";
import { makeProbes, type Probes } from "./probe.ts";
import { Reader, UnknownBinary } from "./reader.ts";
import { readSections, SECTION, section, type Sections, writeSections } from "./sections.ts";
import { type ImportedFunction, readShape, type Shape } from "./shape.ts";
import { type Bytes, concat, text, u32 } from "./writer.ts";

/** The exported, mutable i32 global that a metered instance counts down. */
export const FUEL = "cloister_fuel";

/** 2 ** 31 - 1 as a signed LEB128: a new instance asks nothing before its owner has set a bound. */
const MOST = [0xff, 0xff, 0xff, 0xff, 0x07];

/**
 * The exported, mutable i32 global that stands for the size of the memory, in pages of 64 KiB: the
 * instance believes it, so its owner decides when it has to ask for more, whatever there is.
 */
export const PAGES = "cloister_pages";

/** A binary that calls `tick` whenever its fuel is used up, and how many probes that took. */
export interface Metered {
  bytes: Bytes;
  tick: ImportedFunction;
  functions: number;
  loops: number;
  bulks: number;
}

/**
 * Rewrites a WebAssembly binary so that it cannot run for long without asking: every function entry
 * and every round of a loop costs a unit of fuel, bulk memory instructions cost by their length.
 *
 * No index moves: the fuel is appended to the globals, and `isTick` picks an import that exists
 * already. Its host side tells a tick (fuel below 0) from a genuine call, then refills or throws;
 * nothing in the binary can catch what it throws. Throws {@link UnknownBinary} on anything that is
 * not understood.
 */
export function meter(binary: Uint8Array, isTick: (f: ImportedFunction) => boolean): Metered {
  return meterSections(readSections(binary), isTick);
}

/** As {@link meter}, for a binary that was taken apart already. */
export function meterSections(
  sections: Sections,
  isTick: (f: ImportedFunction) => boolean,
): Metered {
  const shape = readShape(sections);
  const tick = shape.imported.find(isTick);
  if (!tick) throw new UnknownBinary("no import can serve as the tick");
  addGlobal(sections, shape.globals, FUEL);
  addGlobal(sections, shape.globals + 1, PAGES);
  const probes = makeProbes(shape.globals, shape.globals + 1, tick);
  const counts = rewriteCode(sections, shape, probes);
  return { bytes: writeSections(sections), tick, ...counts };
}

function addGlobal(sections: Sections, index: number, name: string): void {
  const mutableI32 = [0x7f, 0x01];
  append(sections, SECTION.global, [...mutableI32, OP.i32Const, ...MOST, OP.end]);
  append(sections, SECTION.export, [...text(name), 3, ...u32(index)]);
}

function append(sections: Sections, id: number, item: number[]): void {
  const reader = new Reader(section(sections, id));
  const count = u32(reader.u32() + 1);
  sections.set(id, concat([count, reader.rest(), item]));
}

function rewriteCode(sections: Sections, shape: Shape, probes: Probes) {
  const code = new Reader(section(sections, SECTION.code));
  const functions = code.u32();
  if (functions !== shape.defined.length) throw new UnknownBinary("functions without code");
  const counts = { functions, loops: 0, bulks: 0 };
  const parts: (Uint8Array | number[])[] = [u32(functions)];
  for (const { params } of shape.defined) {
    const body = rewriteBody(new Reader(code.take(code.u32())), params.length, probes, counts);
    parts.push(u32(body.length), body);
  }
  if (!code.done) throw new UnknownBinary("code without a function");
  sections.set(SECTION.code, concat(parts));
  return counts;
}

function rewriteBody(
  body: Reader,
  params: number,
  probes: Probes,
  counts: { loops: number; bulks: number },
): Uint8Array {
  const { header, scratch } = addScratchLocals(body, params);
  const parts: (Uint8Array | number[])[] = [header, probes.step(scratch)];
  let copied = body.at;
  const insert = (before: number, probe: Uint8Array | number[]) => {
    parts.push(body.bytes.subarray(copied, before), probe);
    copied = before;
  };
  while (!body.done) {
    const at = body.at;
    const opcode = body.byte();
    const sub = skipInstruction(body, opcode);
    if (opcode === OP.loop) {
      insert(body.at, probes.step(scratch));
      counts.loops++;
    } else if (opcode === OP.memorySize) {
      insert(at, probes.size);
      copied = body.at;
    } else if (opcode === OP.memoryGrow) {
      insert(at, probes.grow(scratch));
      copied = body.at;
    } else if (sub === BULK.memoryCopy || sub === BULK.memoryFill || sub === BULK.memoryInit) {
      insert(at, probes.bulk(scratch));
      counts.bulks++;
    }
  }
  parts.push(body.bytes.subarray(copied));
  return concat(parts);
}

/** Declares two more i32 locals behind those that the function has. */
function addScratchLocals(body: Reader, params: number) {
  const groups = body.u32();
  const start = body.at;
  let scratch = params;
  for (let left = groups; left > 0; left--) {
    scratch += body.u32();
    body.byte();
  }
  const twoInts = [2, 0x7f];
  return {
    header: concat([u32(groups + 1), body.bytes.subarray(start, body.at), twoInts]),
    scratch,
  };
}
