import { Reader } from "./reader.ts";
import { SECTION, section, type Sections } from "./sections.ts";
import { concat, u32 } from "./writer.ts";

/**
 * Leaves only these exports: what is not exported cannot be called, and every export costs each
 * new instance time and garbage.
 */
export function keepExports(sections: Sections, names: ReadonlySet<string>): void {
  const reader = new Reader(section(sections, SECTION.export));
  const kept: Uint8Array[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const start = reader.at;
    const name = reader.text();
    reader.byte();
    reader.u32();
    if (names.has(name)) kept.push(reader.bytes.subarray(start, reader.at));
  }
  sections.set(SECTION.export, concat([u32(kept.length), ...kept]));
}
