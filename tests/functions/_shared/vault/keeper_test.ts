import assert from "@std/assert";
import { openSecret } from "../../../../supabase/functions/_shared/vault/keeper.ts";

Deno.test("an opened secret is in no JSON, no log line and no copy of it", () => {
  const secret = openSecret("sk-live-0123456789", ["api.example.com"]);
  assert.equal(secret.value, "sk-live-0123456789");
  const copies = [
    JSON.stringify({ secret }),
    JSON.stringify({ ...secret }),
    JSON.stringify(Object.assign({}, secret)),
    Deno.inspect(secret, { showHidden: true, depth: 10 }),
    `${Object.values(secret)} ${Object.entries(secret)} ${secret}`,
    JSON.stringify(structuredClone(secret)),
  ];
  for (const copy of copies) assert.ok(!copy.includes("0123456789"), copy);
});
