import { PAGE_BYTES } from "../metering/memories.ts";
import type { Machine } from "./machine.ts";

/** Below this address lie the build's constants and its stack; a guest's heap begins here. */
export const HEAP_START = 81 * PAGE_BYTES;

/** Pages that a guest has when it comes to life. */
export const FIRST_PAGES = 84;

/** Bytes of heap that a guest has taken so far. It never gives any back. */
export function heapBytes(machine: Machine): number {
  return machine.pages * PAGE_BYTES - HEAP_START;
}

/**
 * Lets a guest's memory reach `bytes`. False when that is more than its limit allows, or more than
 * there is.
 */
export function growHeap(
  machine: Pick<Machine, "pages">,
  memory: WebAssembly.Memory,
  bytes: number,
  limit: number,
): boolean {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  if (pages * PAGE_BYTES - HEAP_START > limit) return false;
  const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
  try {
    if (missing > 0) memory.grow(missing);
  } catch {
    return false;
  }
  machine.pages = pages;
  return true;
}
