import { importMemory } from "../metering/memory.ts";
import { meterSections } from "../metering/meter.ts";
import { pickReviewed } from "../metering/reviewed.ts";
import { readSections } from "../metering/sections.ts";
import type { Bytes } from "../metering/writer.ts";

/** SHA-256 of the swc build, as amaro carries it, whose imports `binding.ts` provides. */
const REVIEWED = "f2d0bd1963a11e4f8003a3f99573d02501589b81132391abe1045a870c394148";
const REVIEWED_BYTES = 2_809_857;

/** Where swc takes everything from. */
export const SWC_IMPORTS = "__wbindgen_placeholder__";

/** The import that serves as the meter's tick. */
export const SWC_TICK = "__wbindgen_throw";

/** Pages of 64 KiB that swc begins with, and may at most have. */
export const SWC_PAGES = { min: 40, max: 512 } as const;

let compiled: Promise<WebAssembly.Module> | undefined;

/** swc's TypeScript stripper, metered and compiled: some 400 ms of CPU the first time only. */
export function getSwc(): Promise<WebAssembly.Module> {
  return compiled ??= compileSwc().catch((cause: unknown) => {
    compiled = undefined;
    throw cause;
  });
}

async function compileSwc(): Promise<WebAssembly.Module> {
  const sections = readSections(await swcBinary());
  const { min: minPages, max: maxPages } = SWC_PAGES;
  importMemory(sections, { module: SWC_IMPORTS, name: "memory", minPages, maxPages });
  const { bytes } = meterSections(sections, ({ name }) => name === SWC_TICK);
  return await WebAssembly.compile(bytes);
}

/**
 * amaro compiles its bytes while it is imported and gives them to nobody, so they are taken on their
 * way. Nothing is compiled, and the import fails; other callers notice nothing.
 */
async function swcBinary(): Promise<Bytes> {
  const { Module } = WebAssembly;
  const taken: Bytes[] = [];
  const spy = new Proxy(Module, {
    construct(target, [source]) {
      if (!(source instanceof Uint8Array) || source.length !== REVIEWED_BYTES) {
        return new target(source);
      }
      taken.push(new Uint8Array(source));
      throw new Error("taken");
    },
  });
  Reflect.set(WebAssembly, "Module", spy);
  try {
    await import("amaro");
  } catch {
    // as it has to be: the build was taken
  } finally {
    Reflect.set(WebAssembly, "Module", Module);
  }
  return await pickReviewed(taken, REVIEWED);
}
