import { Reader, UnknownBinary } from "./reader.ts";
import { SECTION, section, type Sections } from "./sections.ts";

/** A function's parameter and result types, as type bytes. */
export interface Signature {
  params: number[];
  results: number[];
}

/** A function that the binary takes from outside. */
export interface ImportedFunction extends Signature {
  module: string;
  name: string;
  index: number;
}

/** What the meter has to know of a binary before it can rewrite its code. */
export interface Shape {
  signatures: Signature[];
  imported: ImportedFunction[];
  /** The signature of each function that has code, in order. */
  defined: Signature[];
  globals: number;
}

const FUNCTION_TYPE = 0x60;

/** Reads the index spaces of a binary. */
export function readShape(sections: Sections): Shape {
  const signatures = readSignatures(new Reader(section(sections, SECTION.type)));
  const imports = readImports(new Reader(section(sections, SECTION.import)), signatures);
  const functions = new Reader(section(sections, SECTION.function));
  const defined = vector(functions, () => at(signatures, functions.u32()));
  const globals = new Reader(section(sections, SECTION.global)).u32();
  return { signatures, imported: imports.functions, defined, globals: imports.globals + globals };
}

function readSignatures(reader: Reader): Signature[] {
  return vector(reader, () => {
    if (reader.byte() !== FUNCTION_TYPE) throw new UnknownBinary("a type is not a function's");
    const params = vector(reader, () => reader.byte());
    return { params, results: vector(reader, () => reader.byte()) };
  });
}

function readImports(reader: Reader, signatures: Signature[]) {
  const functions: ImportedFunction[] = [];
  let globals = 0;
  for (let left = reader.u32(); left > 0; left--) {
    const [module, name, kind] = [reader.text(), reader.text(), reader.byte()];
    if (kind === 0) {
      const signature = at(signatures, reader.u32());
      functions.push({ module, name, index: functions.length, ...signature });
    } else if (kind === 2) skipLimits(reader);
    else if (kind === 3) {
      reader.skip(2);
      globals++;
    } else throw new UnknownBinary(`import of kind ${kind}`);
  }
  return { functions, globals };
}

/** Passes over a memory's limits: a flag byte, the least and perhaps the most pages. */
export function skipLimits(reader: Reader): void {
  const flags = reader.byte();
  if (flags > 1) throw new UnknownBinary("a memory is shared or 64 bits wide");
  reader.u32();
  if (flags === 1) reader.u32();
}

/** Reads a counted list. */
export function vector<Item>(reader: Reader, read: () => Item): Item[] {
  return Array.from({ length: reader.u32() }, read);
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new UnknownBinary(`index ${index} is out of range`);
  return item;
}
