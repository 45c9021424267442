import { keepExports } from "../metering/exports.ts";
import { importMemory } from "../metering/memory.ts";
import { meterSections } from "../metering/meter.ts";
import { readSections } from "../metering/sections.ts";
import { quickJsBinary } from "./binary.ts";
import { nameExports, type Pointer, type QuickJs, USED_EXPORTS } from "./exports.ts";
import { FIRST_PAGES, HEAP_START } from "./heap.ts";
import { guest } from "../host/guest.js";
import { Memories, PAGE_BYTES } from "../metering/memories.ts";
import { OP } from "../host/operations.ts";
import { writeText } from "./text.ts";
import { GuestBroken, makeWorld } from "./world.ts";

/** The most heap that a guest may be given. */
export const MAX_HEAP_BYTES = 32 * 1024 * 1024;

const MIN_PAGES = 96;
const MAX_PAGES = (HEAP_START + MAX_HEAP_BYTES) / PAGE_BYTES;
const STACK_BYTES = 256 * 1024;

/** Where the things are that every guest begins with. */
export interface Handles {
  runtime: Pointer;
  context: Pointer;
  configure: Pointer;
  start: Pointer;
  settle: Pointer;
  fire: Pointer;
  fail: Pointer;
}

/**
 * QuickJS, metered and compiled once, with the memory of a guest that has just come to life. A new
 * guest is a new instance on a zeroed memory into which that memory's content is written.
 */
export interface Image {
  module: WebAssembly.Module;
  memories: Memories;
  handles: Handles;
  content: readonly { at: number; bytes: Uint8Array }[];
}

let image: Promise<Image> | undefined;

/** Makes the image the first time (some 200 ms of CPU); the same one ever after. */
export function getImage(): Promise<Image> {
  return image ??= makeImage().catch((cause: unknown) => {
    image = undefined;
    throw cause;
  });
}

async function makeImage(): Promise<Image> {
  const sections = readSections(await quickJsBinary());
  importMemory(sections, { module: "a", name: "a", minPages: MIN_PAGES, maxPages: MAX_PAGES });
  keepExports(sections, USED_EXPORTS);
  const metered = meterSections(sections, ({ name }) => name === "q");
  const module = await WebAssembly.compile(metered.bytes);
  const memories = new Memories(MIN_PAGES, MAX_PAGES);
  const memory = memories.take();
  try {
    const handles = boot(module, memory);
    return { module, memories, handles, content: readContent(memory) };
  } finally {
    memories.give(memory);
  }
}

function boot(module: WebAssembly.Module, memory: WebAssembly.Memory): Handles {
  const refuse = () => {
    throw new GuestBroken("the guest asked for something while it was made");
  };
  const world = makeWorld(memory, { tick: refuse, ask: refuse, grow: () => false });
  const js = nameExports(new WebAssembly.Instance(module, world).exports);
  js.pages.value = FIRST_PAGES;
  js.construct();
  const runtime = js.newRuntime();
  js.setStackLimit(runtime, STACK_BYTES);
  const context = js.newContext(runtime, 0);
  const entries = callBootstrap(js, memory, context);
  return { runtime, context, ...entries };
}

function callBootstrap(js: QuickJs, memory: WebAssembly.Memory, context: Pointer) {
  const text = (value: string) => writeText(js, memory, value);
  const script = text(`(${guest})`);
  const bootstrap = js.evaluate(context, script.at, script.bytes, text("cloister").at, 0, 0);
  const host = js.newFunction(context, text("host").at, 0, 0, 0);
  const table = text(`(${JSON.stringify(OP)})`);
  const ops = js.evaluate(context, table.at, table.bytes, text("cloister").at, 0, 0);
  const values = js.malloc(8);
  new Uint32Array(memory.buffer, values, 2).set([host, ops]);
  const entries = js.call(context, bootstrap, js.undefined(), 2, values);
  if (js.thrown(context, entries)) throw new GuestBroken("the guest's first code failed");
  const entry = (name: string) =>
    js.property(context, entries, js.newString(context, text(name).at));
  return {
    configure: entry("configure"),
    start: entry("start"),
    settle: entry("settle"),
    fire: entry("fire"),
    fail: entry("fail"),
  };
}

/** The pages of a memory that hold anything, joined into runs. */
function readContent(memory: WebAssembly.Memory) {
  const runs: { at: number; bytes: Uint8Array }[] = [];
  const size = memory.buffer.byteLength;
  for (let at = 0, start = -1; at <= size; at += 4096) {
    const used = at < size && new Uint32Array(memory.buffer, at, 1024).some((word) => word !== 0);
    if (used && start < 0) start = at;
    if (used || start < 0) continue;
    runs.push({ at: start, bytes: new Uint8Array(memory.buffer.slice(start, at)) });
    start = -1;
  }
  return runs;
}
