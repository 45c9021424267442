import { keepExports } from "../metering/exports.ts";
import { importMemory } from "../metering/memory.ts";
import { meterSections } from "../metering/meter.ts";
import { readSections } from "../metering/sections.ts";
import { quickJsBinary } from "./binary.ts";
import { nameExports, type Pointer, type QuickJs, USED_EXPORTS } from "./exports.ts";
import { FIRST_PAGES, growHeap, HEAP_START } from "./heap.ts";
import { GUEST_TEXT } from "../host/guest_text.ts";
import { Memories, PAGE_BYTES } from "../metering/memories.ts";
import { OP } from "../host/operations.ts";
import { writeText } from "./text.ts";
import { GuestBroken, makeWorld } from "./world.ts";

/** The most heap that a guest may be given. */
export const MAX_HEAP_BYTES = 32 * 1024 * 1024;

/** The most heap of any image: what a guest of ours may be given that works for others. */
const MOST_HEAP_BYTES = 64 * 1024 * 1024;
const MIN_PAGES = 96;
const MAX_PAGES = pagesOf(MOST_HEAP_BYTES);
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
  /** Pages that the guest had when it had come to life. */
  pages: number;
}

function pagesOf(heapBytes: number): number {
  return (HEAP_START + heapBytes) / PAGE_BYTES;
}

/** Makes a value the first time that it is asked for, and again after a failure. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () =>
    made ??= make().catch((cause: unknown) => {
      made = undefined;
      throw cause;
    });
}

/** Makes the image the first time (some 200 ms of CPU); the same one ever after. */
export const getImage: () => Promise<Image> = once(() => createImage(""));

/**
 * An image whose guests have all run a script of ours already, however long that took: it may leave
 * globals behind for the programs. Throws {@link GuestBroken} when the script does.
 */
export async function createImage(script: string, heapBytes = MAX_HEAP_BYTES): Promise<Image> {
  const module = await getModule();
  const maximum = pagesOf(heapBytes);
  const memory = new WebAssembly.Memory({ initial: MIN_PAGES, maximum });
  const booted = boot(module, memory, script);
  const memories = new Memories(memory.buffer.byteLength / PAGE_BYTES, maximum);
  return { module, memories, content: readContent(memory), ...booted };
}

const getModule = once(async () => {
  const sections = readSections(await quickJsBinary());
  importMemory(sections, { module: "a", name: "a", minPages: MIN_PAGES, maxPages: MAX_PAGES });
  keepExports(sections, USED_EXPORTS);
  const metered = meterSections(sections, ({ name }) => name === "q");
  return await WebAssembly.compile(metered.bytes);
});

function boot(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  script: string,
): Pick<Image, "handles" | "pages"> {
  const refuse = () => {
    throw new GuestBroken("the guest asked for something while it was made");
  };
  const size = { pages: FIRST_PAGES };
  const grow = (bytes: number) => {
    const grown = growHeap(size, memory, bytes, MOST_HEAP_BYTES);
    js.pages.value = size.pages;
    return grown;
  };
  const world = makeWorld(memory, { tick: refuse, ask: refuse, grow });
  const js = nameExports(new WebAssembly.Instance(module, world).exports);
  js.pages.value = FIRST_PAGES;
  js.construct();
  const runtime = js.newRuntime();
  js.setStackLimit(runtime, STACK_BYTES);
  const context = js.newContext(runtime, 0);
  const entries = callBootstrap(js, memory, context);
  if (script !== "") preload(js, memory, context, script);
  return { handles: { runtime, context, ...entries }, pages: size.pages };
}

function preload(js: QuickJs, memory: WebAssembly.Memory, context: Pointer, script: string): void {
  const code = writeText(js, memory, script);
  const file = writeText(js, memory, "cloister");
  const value = js.evaluate(context, code.at, code.bytes, file.at, 0, 0);
  if (js.thrown(context, value)) throw new GuestBroken("a preloaded script failed");
  js.free(code.at);
}

function callBootstrap(js: QuickJs, memory: WebAssembly.Memory, context: Pointer) {
  const text = (value: string) => writeText(js, memory, value);
  const script = text(`(${GUEST_TEXT})`);
  const bootstrap = js.evaluate(context, script.at, script.bytes, text("cloister").at, 0, 0);
  js.free(script.at);
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
