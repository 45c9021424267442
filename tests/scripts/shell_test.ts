import assert from "@std/assert";
import { guestDigest } from "../../scripts/shell/digest.ts";
import { GUEST, SOURCES } from "../../supabase/functions/tools/shell/guest.ts";

Deno.test("the shell's guest is what its sources say", async () => {
  assert.equal(SOURCES, await guestDigest(), "run deno task shell");
  assert.ok(GUEST.length < 600_000);
});
