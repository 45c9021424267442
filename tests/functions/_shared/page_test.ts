import assert from "@std/assert";
import { createMac } from "../../../supabase/functions/_shared/mac.ts";
import { createCursors, paginate } from "../../../supabase/functions/_shared/page.ts";

const cursors = createCursors(createMac("a secret", "cursor"));
const ITEMS = Array.from({ length: 7 }, (_, i) => String(i + 1));

function page(limit: number, cursor?: string) {
  return paginate<string>(cursors, { limit, cursor }, {
    list: "things",
    user: "ann",
    key: (item) => item,
    fetch: ({ limit, after }) => {
      const from = after === undefined ? 0 : ITEMS.indexOf(after) + 1;
      return Promise.resolve(ITEMS.slice(from, from + limit));
    },
  });
}

Deno.test("paginate() walks through a whole list, each item once", async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { data, next_cursor } = await page(3, cursor);
    seen.push(...data);
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(seen, ITEMS);
});

Deno.test("paginate() gives no cursor when a page ends exactly with the list", async () => {
  assert.equal((await page(7)).next_cursor, null);
});

Deno.test("a cursor of another user, list or key is refused", async () => {
  const position = { list: "things", user: "ann", after: "3" };
  const sealed = await cursors.seal(position);
  assert.equal(await cursors.open(sealed, position), "3");
  const foreign = await createCursors(createMac("another secret", "cursor")).seal(position);
  const refused = { code: "invalid_cursor" };
  await assert.rejects(cursors.open(sealed, { ...position, user: "bob" }), refused);
  await assert.rejects(cursors.open(sealed, { ...position, list: "others" }), refused);
  await assert.rejects(cursors.open(foreign, position), refused);
});

Deno.test("a cursor that was altered or made up is refused", async () => {
  const position = { list: "things", user: "ann", after: "3" };
  const [payload, mac] = (await cursors.seal(position)).split(".");
  const forged = btoa(JSON.stringify({ ...position, after: "1" })).replaceAll("=", "");
  for (
    const cursor of [`${forged}.${mac}`, `${payload}.`, "x", "", `${payload}.${"A".repeat(43)}`]
  ) {
    await assert.rejects(cursors.open(cursor, position), { code: "invalid_cursor" });
  }
});
