import assert from "@std/assert";
import {
  FIRST_SUPPORTED,
  isSupported,
} from "../../../../supabase/functions/_shared/sandbox/process/supported.ts";

Deno.test("isSupported() is true of Deno 2.9 and what comes after it, and of nothing else", () => {
  for (const version of [FIRST_SUPPORTED, "2.9.0", "2.9.6", "2.10.0", "2.9.0+1a2b3c4", "3.0.0"]) {
    assert.ok(isSupported(version), version);
  }
  const others = ["2.8.9", "2.1.4", "1.99.0", "", "2", "supabase-edge-runtime-1.69.4", "v2.9.6"];
  for (const version of others) assert.ok(!isSupported(version), version);
});
