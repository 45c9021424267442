/** A process that is dead, and whose pipes somebody else still holds, is waited for no longer. */
export const MAX_PIPES_MS = 2_000;

/** What comes out of a pipe, until it ends or the reader is cancelled. */
export async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  for (let { value } = await reader.read(); value; { value } = await reader.read()) yield value;
}
