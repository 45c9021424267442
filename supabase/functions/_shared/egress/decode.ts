import { ToolRefusal } from "../policy/refusal.ts";
import type { Bytes, Piece } from "./block.ts";

/** Deflate makes at most about 1,032 of one byte: so much at once is 4 MB. */
const SLICE_BYTES = 4 * 1024;

/**
 * The bytes that were compressed: `gzip` or `deflate`, once. Whatever else throws `ToolRefusal`
 * (`upstream_failed`), since what is not read cannot be searched for secrets.
 */
export function decoded(source: Bytes, encoding: string): Bytes {
  switch (encoding.trim().toLowerCase()) {
    case "":
    case "identity":
      return source;
    case "gzip":
    case "x-gzip":
      return inflated(source, "gzip");
    case "deflate":
      return inflated(source, "deflate");
    default:
      throw new ToolRefusal("upstream_failed", "The answer is compressed in an unknown way.");
  }
}

/** Ends with `ToolRefusal` (`result_too_large`) before there is a byte more than so many. */
export async function* limited(source: Bytes, maxBytes: number): Bytes {
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > maxBytes) {
      throw new ToolRefusal("result_too_large", `The answer is larger than ${maxBytes} bytes.`);
    }
    yield piece;
  }
}

async function* inflated(source: Bytes, format: "gzip" | "deflate"): Bytes {
  const inflating = ReadableStream.from(sliced(source))
    .pipeThrough<Piece>(new DecompressionStream(format));
  yield* inflating;
}

/** Small pieces, so that a bomb is counted before it has all gone off. */
async function* sliced(source: Bytes): Bytes {
  for await (const piece of source) {
    for (let at = 0; at < piece.length; at += SLICE_BYTES) {
      yield piece.slice(at, at + SLICE_BYTES);
    }
  }
}
