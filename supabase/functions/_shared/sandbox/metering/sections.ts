import { Reader, UnknownBinary } from "./reader.ts";
import { type Bytes, concat, u32 } from "./writer.ts";

/** The section ids that the meter reads or rewrites, in the order in which they must stand. */
export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  code: 10,
} as const;

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const LAST_KNOWN_SECTION = 12;

/** A binary's sections by id. Custom sections (names, producers) are left out. */
export type Sections = Map<number, Uint8Array>;

/** Takes a binary apart; refuses unknown, repeated and badly measured sections. */
export function readSections(binary: Uint8Array): Sections {
  const reader = new Reader(binary);
  if (MAGIC.some((byte) => reader.byte() !== byte)) throw new UnknownBinary("not WebAssembly 1");
  const sections: Sections = new Map();
  while (!reader.done) {
    const id = reader.byte();
    const body = reader.take(reader.u32());
    if (id === 0) continue;
    if (id > LAST_KNOWN_SECTION || sections.has(id)) throw new UnknownBinary(`section ${id}`);
    sections.set(id, body);
  }
  return sections;
}

/** Puts a binary together again. The data count (12) stands before the code (10). */
export function writeSections(sections: Sections): Bytes {
  const rank = (id: number) => id === LAST_KNOWN_SECTION ? SECTION.code - 0.5 : id;
  const ordered = [...sections].sort(([a], [b]) => rank(a) - rank(b));
  const parts = ordered.flatMap(([id, body]) => [[id, ...u32(body.length)], body]);
  return concat([MAGIC, ...parts]);
}

/** A section that the binary must have. */
export function section(sections: Sections, id: number): Uint8Array {
  const body = sections.get(id);
  if (!body) throw new UnknownBinary(`section ${id} is missing`);
  return body;
}
