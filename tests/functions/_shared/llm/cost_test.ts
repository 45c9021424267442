import assert from "@std/assert";
import fc from "fast-check";
import { costOf, worstCase } from "../../../../supabase/functions/_shared/llm/cost.ts";
import { LIST_PRICES, priceOf } from "../../../../supabase/functions/_shared/llm/prices.ts";

Deno.test("worstCase() counts a token for each byte, and the whole answer", () => {
  const messages = [{ role: "user", content: "Grüße" }] as const;
  assert.deepEqual(worstCase({ messages, maxTokens: 100 }, [2, 10]), {
    tokens: 7 + 16 + 64 + 100,
    microusd: (7 + 16 + 64) * 2 + 1_000,
  });
});

Deno.test("costOf() is in whole micro-dollars, and never less than it cost", () => {
  assert.deepEqual(costOf({ input: 1, output: 0 }, [0.15, 0.6]), { tokens: 1, microusd: 1 });
  assert.deepEqual(costOf({ input: 1_000_000, output: 1_000_000 }, [0.1, 0.4]), {
    tokens: 2_000_000,
    microusd: 500_000,
  });
  assert.deepEqual(costOf({ input: 0, output: 0 }, [5, 30]), { tokens: 0, microusd: 0 });
});

Deno.test("no usage within the bounds costs more than the worst case that was reserved", () => {
  const bounds = { input: fc.nat(190_000), output: fc.nat(64_000) };
  const price = fc.tuple(fc.float({ min: 0, max: 100, noNaN: true }), fc.nat(1_000));
  fc.assert(
    fc.property(fc.record(bounds), price, ({ input, output }, [inPrice, outPrice]) => {
      const messages = [{ role: "user" as const, content: "x".repeat(input) }];
      const worst = worstCase({ messages, maxTokens: output }, [inPrice, outPrice]);
      const cost = costOf({ input, output }, [inPrice, outPrice]);
      assert.ok(cost.microusd <= worst.microusd && cost.tokens <= worst.tokens);
    }),
    { numRuns: 200 },
  );
});

Deno.test("priceOf() knows what is listed, by its whole name, and nothing else", () => {
  assert.deepEqual(priceOf(LIST_PRICES, "openai/gpt-4o-mini"), [0.15, 0.6]);
  for (const name of ["openai/gpt-4o-mini-2024", "gpt-4o-mini", "constructor", "__proto__"]) {
    assert.equal(priceOf(LIST_PRICES, name), undefined);
  }
});
