import assert from "@std/assert";
import { createEgress } from "../../../../supabase/functions/_shared/egress/create.ts";
import { createVault } from "../../../../supabase/functions/_shared/vault/vault.ts";
import { createSender } from "../../../../supabase/functions/_shared/webhooks/sender.ts";

Deno.test("however many runs end at once, one round is sent, and one more for the rest", async () => {
  const first = Promise.withResolvers<{ data: never[]; error: null }>();
  const second = Promise.withResolvers<void>();
  let rounds = 0;
  const sender = createSender({
    log: () => {},
    egress: createEgress(),
    vault: createVault({ keys: [], keeper: "cloister" }),
    service: (name) => {
      assert.equal(name, "claim_webhook_deliveries");
      if (++rounds === 1) return first.promise;
      second.resolve();
      return Promise.resolve({ data: [], error: null });
    },
  });
  for (let n = 0; n < 1_000; n++) sender.stir();
  assert.equal(rounds, 1);
  first.resolve({ data: [], error: null });
  await second.promise;
  assert.equal(rounds, 2);
});
