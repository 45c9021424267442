/** A queue between the one who produces and the one who may read. It never makes either wait. */
export interface Feed<Item> extends AsyncIterable<Item> {
  push(item: Item): void;
  /** Ends the reading after what was pushed; with `cause` it ends by throwing that. */
  close(cause?: Error): void;
}

/** An empty feed for one reader. Its producer bounds it. */
export function createFeed<Item>(): Feed<Item> {
  const items: Item[] = [];
  let closed: { cause: Error | undefined } | undefined;
  let wake = () => {};
  return {
    push(item) {
      items.push(item);
      wake();
    },
    close(cause) {
      closed ??= { cause };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        yield* items.splice(0);
        if (items.length > 0) continue;
        if (closed?.cause) throw closed.cause;
        if (closed) return;
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
  };
}
