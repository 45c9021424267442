import assert from "@std/assert";
import { jsonText } from "../../../supabase/functions/_shared/json.ts";

const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));

Deno.test("jsonText() refuses what nests deeper than later parsers can follow", () => {
  assert.equal(jsonText(nested(256)).length, 512);
  for (const depth of [257, 50_000]) {
    assert.throws(() => jsonText(nested(depth)), { code: "invalid_request" });
  }
});
