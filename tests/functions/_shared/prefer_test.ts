import assert from "@std/assert";
import { readPreferences } from "../../../supabase/functions/_shared/prefer.ts";

Deno.test("readPreferences() reads what RFC 7240 writes, and passes over the rest", () => {
  const cases: readonly [string | undefined, boolean, number | undefined][] = [
    [undefined, false, undefined],
    ["", false, undefined],
    ["respond-async", true, undefined],
    ["Respond-Async, wait=10", true, 10],
    ['wait="5"; x=1, respond-async; foo="a"', true, 5],
    ["wait=3, wait=9", false, 3],
    ["return=minimal,, wait = 0", false, 0],
    ["wait=-1, wait=1e3, wait=x, wait", false, undefined],
    ["wait=999999999", false, 3_600],
    ["wait=99999999999999999999", false, undefined],
    ["respond-asynchronously", false, undefined],
    ['foo="a, respond-async", bar="wait=1, respond-async', false, undefined],
  ];
  for (const [header, respondAsync, waitS] of cases) {
    assert.deepEqual(readPreferences(header), { respondAsync, waitS }, header);
  }
});
