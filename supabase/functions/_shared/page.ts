import { base64url } from "jose";
import * as z from "zod";
import { Fault } from "./fault.ts";
import type { Mac } from "./mac.ts";
import type { PageQuery } from "./schema.ts";

const Position = z.strictObject({ list: z.string(), user: z.string(), after: z.string() });

/** Makes and reads cursors: opaque to callers, and good for one list of one user only. */
export interface Cursors {
  seal(position: z.infer<typeof Position>): Promise<string>;
  open(cursor: string, of: { list: string; user: string }): Promise<string>;
}

/**
 * Cursors marked as our own: one that was altered, or handed out for another list or user, is
 * refused as `invalid_cursor`.
 */
export function createCursors(mac: Mac): Cursors {
  return {
    async seal(position) {
      const text = JSON.stringify(position);
      return `${base64url.encode(text)}.${await mac.sign(text)}`;
    },
    async open(cursor, { list, user }) {
      const [, payload = "", mark = ""] = /^([\w-]+)\.([\w-]+)$/.exec(cursor) ?? [];
      const text = decode(payload);
      if (!await mac.verify(text, mark)) throw new Fault("invalid_cursor");
      const position = Position.parse(JSON.parse(text));
      if (position.list !== list || position.user !== user) throw new Fault("invalid_cursor");
      return position.after;
    },
  };
}

/** What a list needs to page: how to fetch `limit` items after a key, and each item's key. */
export interface Listing<Item> {
  list: string;
  user: string;
  fetch(page: { limit: number; after: string | undefined }): Promise<Item[]>;
  key(item: Item): string;
}

/** A stretch of a list, and the cursor to what follows: null on the last page. */
export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

/** One page: fetches one item more than asked to know whether there is a next page. */
export async function paginate<Item>(
  cursors: Cursors,
  { limit, cursor }: PageQuery,
  { list, user, fetch, key }: Listing<Item>,
): Promise<Page<Item>> {
  const after = cursor === undefined ? undefined : await cursors.open(cursor, { list, user });
  const items = await fetch({ limit: limit + 1, after });
  const data = items.slice(0, limit);
  const last = data.at(-1);
  if (items.length <= limit || last === undefined) {
    return { data, next_cursor: null };
  }
  return { data, next_cursor: await cursors.seal({ list, user, after: key(last) }) };
}

function decode(payload: string): string {
  try {
    return new TextDecoder().decode(base64url.decode(payload));
  } catch {
    throw new Fault("invalid_cursor");
  }
}
