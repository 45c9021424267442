import { ToolRefusal } from "../policy/refusal.ts";
import type { Moved } from "./egress.ts";

/** Of each hop, beside the body: its head, how a body is framed, and what was read too much. */
const HOP_BYTES = 80 * 1024;

/** Counts what crosses the connections of one request, byte by byte, before anything reads it. */
export interface Meter {
  readonly moved: Moved;
  /** Lets one hop more have its head. */
  begin(): void;
  /** Throws `ToolRefusal` (`result_too_large`) where more comes than `most` and its frame. */
  read(bytes: number): void;
  written(bytes: number): void;
  /** What {@link Meter.read} threw: what reads the connection may tell it in its own words. */
  failure(): ToolRefusal | undefined;
}

/** `most` is asked at each read: what an answer's body may have. */
export function createMeter(most: () => number): Meter {
  const moved: Moved = { bytesIn: 0, bytesOut: 0 };
  let allowance = 0;
  let failure: ToolRefusal | undefined;
  return {
    moved,
    begin() {
      allowance += HOP_BYTES;
    },
    read(bytes) {
      moved.bytesIn += bytes;
      const maxBytes = most();
      if (moved.bytesIn <= maxBytes + Math.floor(maxBytes / 8) + allowance) return;
      failure = new ToolRefusal("result_too_large", `The host sends more than ${maxBytes} bytes.`);
      throw failure;
    },
    written(bytes) {
      moved.bytesOut += bytes;
    },
    failure: () => failure,
  };
}
