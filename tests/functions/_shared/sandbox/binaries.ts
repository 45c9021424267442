import {
  concat,
  text,
  u32,
} from "../../../../supabase/functions/_shared/sandbox/metering/writer.ts";

const I32 = 0x7f;
const END = 0x0b;

/**
 * A WebAssembly binary with one function of the type (i32) → i32, exported as `run`, an imported
 * function `tick`, and one memory of a page. `code` is the function's body without its end.
 */
export function binaryOf(code: number[], changes: Record<number, number[]> = {}): Uint8Array {
  const sections: Record<number, number[]> = {
    1: [2, 0x60, 0, 0, 0x60, 1, I32, 1, I32],
    2: [1, ...text("env"), ...text("tick"), 0, 0],
    3: [1, 1],
    5: [1, 0, 1],
    6: [1, I32, 1, 0x41, 7, END],
    7: [1, ...text("run"), 0, 1],
    10: body(code),
    ...changes,
  };
  const parts = Object.entries(sections).map(([id, content]) => {
    return [Number(id), ...u32(content.length), ...content];
  });
  return concat([[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...parts]);
}

function body(code: number[]): number[] {
  const noLocals = 0;
  const content = [noLocals, ...code, END];
  return [1, ...u32(content.length), ...content];
}
