import type { CallReply, StreamLine } from "./schema.ts";
import type { Performed } from "./tool.ts";

/** How long pieces are gathered, a little longer each time: each counts as a call of the program. */
const FIRST_PIECE_MS = 40;
const PACE_MS = 10;

/**
 * The lines of an answer that comes in pieces: what has come since the line before, and at the end
 * the reply. `perform` writes the work down as a call, as it does with any other.
 */
export async function* inPieces(
  pieces: AsyncGenerator<string, Performed, void>,
  perform: (work: () => Promise<Performed>) => Promise<CallReply>,
): AsyncGenerator<StreamLine, void, void> {
  let waiting = "";
  const reply = perform(async () => {
    for (;;) {
      const next = await pieces.next();
      if (next.done) return next.value;
      waiting += next.value;
    }
  });
  let pace = FIRST_PIECE_MS;
  for (let over = false; !over; pace += PACE_MS) {
    over = await endsWithin(reply, pace);
    if (waiting === "") continue;
    const delta = waiting;
    waiting = "";
    yield { delta };
  }
  yield await reply;
}

async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
