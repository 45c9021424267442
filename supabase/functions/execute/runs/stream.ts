import type { SseMessage } from "../../_shared/sse.ts";
import type { RecordedEvent } from "../../_shared/run/ledger.ts";
import type { RunEvent } from "./schema.ts";

/** The messages of a run that goes on in this isolate. */
export async function* liveMessages(
  events: AsyncIterable<RecordedEvent>,
): AsyncGenerator<SseMessage> {
  for await (const { seq, type, at, data } of events) {
    const head = JSON.stringify({ seq, type, at });
    yield { id: String(seq), event: type, data: `${head.slice(0, -1)},"data":${data}}` };
  }
}

/** The same messages from what the database keeps. */
export async function* storedMessages(events: AsyncIterable<RunEvent>): AsyncGenerator<SseMessage> {
  for await (const event of events) {
    yield { id: String(event.seq), event: event.type, data: JSON.stringify(event) };
  }
}
