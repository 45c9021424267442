import assert from "@std/assert";
import { failedOf, shareOf } from "../../../console/pages/usage/figures.ts";

Deno.test("failedOf() counts neither who succeeded, nor who was cancelled, nor who goes on", () => {
  const statuses = {
    ...{ queued: 1, running: 2, succeeded: 4, cancelled: 8 },
    ...{ failed: 16, timed_out: 32, out_of_memory: 64, output_exceeded: 128, lost: 256 },
  };
  assert.equal(failedOf({ statuses }), 16 + 32 + 64 + 128 + 256);
});

Deno.test("shareOf() says a part of a whole, also of nothing", () => {
  assert.equal(shareOf(0, 0), "0");
  assert.equal(shareOf(3, 200), "3 (1.5 %)");
  assert.equal(shareOf(1_500, 3_000), "1,500 (50 %)");
});
