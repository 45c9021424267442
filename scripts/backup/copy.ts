import { once } from "node:events";
import type { Writable } from "node:stream";
import type { TransactionSql } from "postgres";

/** Rows on their way into a table. */
export interface Copy {
  /** Waits until there is room for more. Throws what Postgres says about the rows before. */
  write(bytes: Uint8Array): Promise<void>;
  /** Waits until every row is there, and every constraint of the statement holds. */
  end(): Promise<void>;
  /** Tells Postgres to take nothing of it. */
  fail(): void;
}

/**
 * Opens `copy … from stdin`. The client library answers the stream, and then loses what Postgres says
 * when the last row has come: its query object is resolved already. So the second answer is taken at
 * that object itself; the library is pinned, and a test sees rows refused at the end.
 */
export async function copyInto(tx: TransactionSql, into: string): Promise<Copy> {
  const query = tx.unsafe(`copy ${into} from stdin`);
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  const answer: unknown = Reflect.get(query, "resolve");
  const refuse: unknown = Reflect.get(query, "reject");
  let answers = 0;
  Reflect.set(query, "resolve", (value: unknown) => {
    if (answers++ > 0) ended.resolve();
    else if (typeof answer === "function") answer(value);
  });
  Reflect.set(query, "reject", (error: unknown) => {
    ended.reject(error);
    if (typeof refuse === "function") refuse(error);
  });
  const stream = await query.writable();
  stream.on("error", () => {});
  return {
    write: (bytes) => write(stream, bytes, ended.promise),
    async end() {
      stream.end();
      await ended.promise;
    },
    fail: () => void stream.destroy(new Error("restore failed")),
  };
}

/** A copy that Postgres refuses never drains. */
async function write(stream: Writable, bytes: Uint8Array, ended: Promise<void>): Promise<void> {
  if (stream.write(bytes)) return;
  const stop = new AbortController();
  const drained = once(stream, "drain", { signal: stop.signal });
  drained.catch(() => {});
  await Promise.race([drained, ended]).finally(() => stop.abort());
}

/**
 * The rows of `copy … to stdout`, as fast as they are taken. Where the last of them come while the
 * reader is slow, the client library stops its socket, and nobody lets it go on: the stream has ended,
 * and asks for no more. So it is asked once more, at the end.
 */
export async function* copyFrom(tx: TransactionSql, from: string): AsyncGenerator<Uint8Array> {
  const stream = await tx.unsafe(`copy ${from} to stdout`).readable();
  try {
    yield* stream;
  } finally {
    stream._read(0);
  }
}
