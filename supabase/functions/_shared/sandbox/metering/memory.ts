import { Reader, UnknownBinary } from "./reader.ts";
import { SECTION, section, type Sections } from "./sections.ts";
import { skipLimits } from "./shape.ts";
import { concat, text, u32 } from "./writer.ts";

/** The name under which a binary takes its memory from outside, and how many 64 KiB pages it has. */
export interface MemoryImport {
  module: string;
  name: string;
  minPages: number;
  maxPages: number;
}

const KIND_MEMORY = 2;

/**
 * Makes the binary take its one memory from outside, within our bounds, whether it brought its own
 * or imported one. A memory that we own can be zeroed and used again; one that dies with its
 * instance is held until some late garbage collection.
 */
export function importMemory(sections: Sections, memory: MemoryImport): void {
  const { entries, memories } = otherImports(new Reader(section(sections, SECTION.import)));
  const own = sections.get(SECTION.memory);
  if (memories + (own ? new Reader(own).u32() : 0) !== 1) {
    throw new UnknownBinary("exactly one memory is expected");
  }
  const { module, name, minPages, maxPages } = memory;
  const limits = [KIND_MEMORY, 1, ...u32(minPages), ...u32(maxPages)];
  const imported = [...text(module), ...text(name), ...limits];
  sections.set(SECTION.import, concat([u32(entries.length + 1), ...entries, imported]));
  sections.delete(SECTION.memory);
}

function otherImports(reader: Reader) {
  const entries: Uint8Array[] = [];
  let memories = 0;
  for (let left = reader.u32(); left > 0; left--) {
    const start = reader.at;
    reader.skip(reader.u32());
    reader.skip(reader.u32());
    const kind = reader.byte();
    if (kind === KIND_MEMORY) {
      skipLimits(reader);
      memories++;
      continue;
    }
    if (kind === 0) reader.u32();
    else if (kind === 3) reader.skip(2);
    else throw new UnknownBinary(`import of kind ${kind}`);
    entries.push(reader.bytes.subarray(start, reader.at));
  }
  return { entries, memories };
}
