import assert from "@std/assert";
import * as z from "zod";
import { keepExports } from "../../../../supabase/functions/_shared/sandbox/metering/exports.ts";
import { importMemory } from "../../../../supabase/functions/_shared/sandbox/metering/memory.ts";
import {
  FUEL,
  meter,
  meterSections,
  PAGES,
} from "../../../../supabase/functions/_shared/sandbox/metering/meter.ts";
import { UnknownBinary } from "../../../../supabase/functions/_shared/sandbox/metering/reader.ts";
import { readSections } from "../../../../supabase/functions/_shared/sandbox/metering/sections.ts";
import { binaryOf } from "./binaries.ts";

const isTick = ({ name }: { name: string }) => name === "tick";

const LOCAL = [0x20, 0];
const FOR_EVER = [0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 0];
const RECURSE = [...LOCAL, 0x10, 1];
const zeros = (bytes: number) => Array.from({ length: bytes }, () => 0);

/** One program of each class of instructions that is accepted; all return what they are given. */
const CLASSES: Record<string, number[]> = {
  "control flow": [
    0x02,
    0x40,
    0x01,
    0x0c,
    0,
    0x0b,
    ...LOCAL,
    0x04,
    0x40,
    0x05,
    0x0b,
    ...LOCAL,
    0x0f,
  ],
  "a branch table": [0x02, 0x40, ...LOCAL, 0x0e, 2, 0, 0, 0, 0x0b, ...LOCAL],
  "a conditional branch": [0x02, 0x40, ...LOCAL, 0x0d, 0, 0x0b, ...LOCAL],
  "selection and dropping": [
    ...LOCAL,
    ...LOCAL,
    0x41,
    1,
    0x1b,
    ...LOCAL,
    ...LOCAL,
    0x41,
    0,
    0x1c,
    1,
    0x7f,
    0x1a,
  ],
  "locals and globals": [0x23, 0, 0x24, 0, ...LOCAL, 0x22, 0, 0x21, 0, ...LOCAL],
  "loads and stores": [0x41, 8, ...LOCAL, 0x36, 2, 0, 0x41, 8, 0x28, 2, 0],
  "constants of every type": [
    ...[0x42, 0xff, 0xff, 0x0f, 0x1a, 0x43, ...zeros(4), 0x1a, 0x44, ...zeros(8), 0x1a],
    ...[0x41, 0x80, 0x80, 0x7f, 0x1a, ...LOCAL],
  ],
  "arithmetic and conversion": [...LOCAL, 0x41, 5, 0x6a, 0x41, 5, 0x6b, 0xc0, 0xac, 0xa7],
  "saturating truncation": [0x43, ...zeros(4), 0xfc, 0, 0x1a, ...LOCAL],
};

/** Instructions that would escape the meter, outlive a reset or are simply not known. */
const REFUSED: Record<string, number[]> = {
  "a try block": [0x06, 0x40, 0x0b],
  "a try table": [0x1f, 0x40, 0, 0x0b],
  "a throw": [0x08, 0],
  "a tail call": [0x12, 1],
  "an indirect tail call": [0x13, 0, 0],
  "a call by reference": [0x14, 0],
  "reading a table": [0x25, 0],
  "changing a table": [0x26, 0],
  "growing a table": [0xfc, 15, 0],
  "copying a table": [0xfc, 14, 0, 0],
  "filling a table from a segment": [0xfc, 12, 0, 0],
  "a null reference": [0xd0, 0x70],
  "a vector": [0xfd, 12],
  "an atomic": [0xfe, 0],
  "a garbage collected object": [0xfb, 0],
  "a byte that is no instruction": [0xff],
  "an unknown instruction with a prefix": [0xfc, 99],
};

const exportsSchema = z.object({
  run: z.custom<(value: number) => number>((value) => typeof value === "function"),
  [FUEL]: z.instanceof(WebAssembly.Global),
  [PAGES]: z.instanceof(WebAssembly.Global),
});

class Enough extends Error {}

/** An instance with so much fuel, whose tick refuels `refills` times and then throws. */
function load(code: number[], fuel: number, refills = 0) {
  const ticks = { count: 0 };
  const tick = () => {
    if (ticks.count++ >= refills) throw new Enough();
    exports[FUEL].value = fuel;
  };
  const module = new WebAssembly.Module(meter(binaryOf(code), isTick).bytes);
  const exports = exportsSchema.parse({
    ...new WebAssembly.Instance(module, { env: { tick } }).exports,
  });
  exports[FUEL].value = fuel;
  exports[PAGES].value = 1;
  return { ...exports, ticks, left: () => Number(exports[FUEL].value) };
}

for (const [what, code] of Object.entries(CLASSES)) {
  Deno.test(`meter() leaves ${what} as it is`, () => {
    assert.equal(load(code, 100).run(3), 3);
  });
}

for (const [what, code] of Object.entries(REFUSED)) {
  Deno.test(`meter() refuses ${what}`, () => {
    assert.throws(() => meter(binaryOf(code), isTick), UnknownBinary);
  });
}

Deno.test("meter() stops an endless loop when its fuel is used up, and can go on", () => {
  const { run, ticks } = load(FOR_EVER, 1_000, 5);
  assert.throws(() => run(0), Enough);
  assert.equal(ticks.count, 6);
});

Deno.test("meter() stops endless recursion when its fuel is used up", () => {
  const { run } = load(RECURSE, 100);
  assert.throws(() => run(0), Enough);
});

Deno.test("meter() charges bulk memory instructions by their length", () => {
  const fill = [0x41, 0, 0x41, 1, ...LOCAL, 0xfc, 11, 0, ...LOCAL];
  const copy = [0x41, 0, 0x41, 1, ...LOCAL, 0xfc, 10, 0, 0, ...LOCAL];
  for (const code of [fill, copy]) {
    const { run, left } = load(code, 10_000);
    assert.equal(run(64 * 500), 64 * 500);
    assert.equal(left(), 10_000 - 1 - 500);
  }
});

Deno.test("meter() lets the owner say how large the memory is", () => {
  const { run: size, [PAGES]: pages } = load([0x3f, 0], 100);
  pages.value = 42;
  assert.equal(size(0), 42);
});

Deno.test("meter() grows the memory only as far as its maximum, from the size that was told", () => {
  const { run: grow, [PAGES]: pages } = load([...LOCAL, 0x40, 0], 100);
  assert.equal(grow(3), 1);
  assert.equal(pages.value, 4);
  assert.equal(grow(70_000), -1);
  assert.equal(pages.value, 4);
});

Deno.test("meter() ticks nothing before its owner gave it fuel", () => {
  const starts = binaryOf(LOCAL, {
    3: [2, 0, 1],
    7: [0],
    8: [1],
    10: [2, 2, 0, 0x0b, 4, 0, ...LOCAL, 0x0b],
  });
  const module = new WebAssembly.Module(meter(starts, isTick).bytes);
  new WebAssembly.Instance(module, { env: { tick: () => assert.fail("ticked") } });
});

Deno.test("meter() refuses binaries that are broken off, foreign or without a tick", () => {
  const whole = binaryOf(LOCAL);
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => meter(whole.subarray(0, length), isTick), UnknownBinary);
  }
  assert.throws(() => meter(new TextEncoder().encode("not WebAssembly"), isTick), UnknownBinary);
  assert.throws(() => meter(whole, () => false), UnknownBinary);
  assert.throws(() => meter(binaryOf(LOCAL, { 3: [2, 1, 1] }), isTick), UnknownBinary);
  assert.throws(() => meter(binaryOf(LOCAL, { 13: [0] }), isTick), UnknownBinary);
});

Deno.test("importMemory() takes a memory from outside in place of the binary's own", () => {
  const sections = readSections(binaryOf([0x41, 0, ...LOCAL, 0x36, 2, 0, ...LOCAL]));
  importMemory(sections, { module: "env", name: "memory", minPages: 1, maxPages: 2 });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const module = new WebAssembly.Module(meterSections(sections, isTick).bytes);
  const instance = new WebAssembly.Instance(module, { env: { tick() {}, memory } });
  exportsSchema.parse({ ...instance.exports }).run(77);
  assert.equal(new Int32Array(memory.buffer)[0], 77);
});

Deno.test("importMemory() refuses a shared memory, two memories and none", () => {
  const memory = { module: "env", name: "memory", minPages: 1, maxPages: 2 };
  const own = text("env");
  for (
    const changes of [
      { 5: [2, 0, 1, 0, 1] },
      { 5: [0] },
      { 2: [2, ...own, ...text("tick"), 0, 0, ...own, ...text("m"), 2, 3, 1, 1], 5: [0] },
    ]
  ) {
    assert.throws(
      () => importMemory(readSections(binaryOf(LOCAL, changes)), memory),
      UnknownBinary,
    );
  }
});

Deno.test("keepExports() leaves nothing callable but what is named", () => {
  const sections = readSections(binaryOf(LOCAL));
  keepExports(sections, new Set());
  const module = new WebAssembly.Module(meterSections(sections, isTick).bytes);
  assert.deepEqual(WebAssembly.Module.exports(module).map(({ name }) => name), [FUEL, PAGES]);
});

function text(value: string): number[] {
  return [value.length, ...new TextEncoder().encode(value)];
}
