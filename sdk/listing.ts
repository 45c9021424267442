import type { Page } from "./wire.ts";

/** Which page: how much of the list it holds, and where it begins. */
export interface PageOptions {
  /** 1 to 100; 20 if left out. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** How many items a page has when everything is read. */
const WHOLE = 100;

/** A list, newest first unless it says otherwise: read item by item, page by page, or as a whole. */
export class Listing<Item> implements AsyncIterable<Item> {
  readonly #read: (page: PageOptions) => Promise<Page<Item>>;

  /** Over what reads a page. */
  constructor(read: (page: PageOptions) => Promise<Page<Item>>) {
    this.#read = read;
  }

  /** One page; the first if no cursor is given. */
  page(options: PageOptions = {}): Promise<Page<Item>> {
    return this.#read(options);
  }

  /** The pages one after the other, each asked for when it is wanted. */
  async *pages(options: PageOptions = {}): AsyncGenerator<Page<Item>, void> {
    for (let { cursor } = options;;) {
      const page = await this.#read({ ...options, cursor });
      yield page;
      // A server that names the same page again would be read for ever.
      if (page.next_cursor === null || page.next_cursor === cursor) return;
      cursor = page.next_cursor;
    }
  }

  /** Every item; the pages are asked for as the reader gets there. */
  [Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    return this.#items();
  }

  /** The first items, as many as `max` at most. */
  async take(max: number): Promise<Item[]> {
    const items: Item[] = [];
    if (max < 1) return items;
    for await (const { data } of this.pages({ limit: Math.min(max, WHOLE) })) {
      items.push(...data.slice(0, max - items.length));
      if (items.length >= max) break;
    }
    return items;
  }

  async *#items(): AsyncGenerator<Item, void> {
    for await (const { data } of this.pages({ limit: WHOLE })) yield* data;
  }
}
