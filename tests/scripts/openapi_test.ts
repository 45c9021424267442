import assert from "@std/assert";
import fc from "fast-check";
import * as z from "zod";
import { maxLengthOf } from "../../scripts/openapi/bounds.ts";
import { lintDocument } from "../../scripts/openapi/lint.ts";
import openapi from "../../supabase/functions/agents/openapi.json" with { type: "json" };

const BOUNDED: [string, number | undefined][] = [
  ["^[0-9a-f]{64}$", 64],
  ["^run_[0-9a-f]{32}$", 36],
  ["^[a-z][a-z0-9_-]{0,62}$", 63],
  ["^(?!__proto__$)[A-Za-z_$][\\w$.-]{0,63}$", 64],
  ["^(?:ab|c)?d{2,3}\\u0041\\p{Lu}$", 8],
  ["^[^\\u0000]*$", undefined],
  ["^a+$", undefined],
  ["^a{3,}$", undefined],
  ["^(?:a{2}b*)$", undefined],
  ["[0-9]{3}", undefined],
  ["^[0-9]{3}", undefined],
  ["^(19[7-9]|20\\d|21\\d)\\d-", undefined],
];

for (const [pattern, length] of BOUNDED) {
  Deno.test(`a text of ${pattern} is promised to have at most ${length ?? "any number of"} characters`, () => {
    assert.equal(maxLengthOf(pattern), length);
  });
}

/** Every schema of the document that has a pattern. */
function* patternsIn(
  value: unknown,
): Generator<{ pattern: string; maxLength?: number | undefined }> {
  const WithPattern = z.looseObject({ pattern: z.string(), maxLength: z.int().optional() });
  if (typeof value !== "object" || value === null) return;
  const schema = WithPattern.safeParse(value);
  if (schema.success) yield { ...schema.data };
  for (const each of Object.values(value)) yield* patternsIn(each);
}

Deno.test("no text of a pattern in the document is longer than its maxLength says", () => {
  const seen = new Set<string>();
  for (const { pattern, maxLength } of patternsIn(openapi)) {
    // Look-aheads and classes of Unicode are not for fast-check.
    if (seen.has(pattern) || maxLength !== maxLengthOf(pattern) || /\(\?!|\\p/.test(pattern)) {
      continue;
    }
    seen.add(pattern);
    if (maxLength === undefined) continue;
    fc.assert(fc.property(
      fc.stringMatching(new RegExp(pattern, "u")),
      (text) => [...text].length <= maxLength,
    ));
  }
  assert.ok(seen.size > 5, `${seen.size} patterns`);
});

Deno.test("both linters find what is wrong with a careless document", async () => {
  const careless = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(
      careless,
      JSON.stringify({
        openapi: "3.1.0",
        info: { title: "Careless", version: "1" },
        paths: { "/a/{b}": { post: { responses: { 200: { description: "ok" } } } } },
      }),
    );
    const found = new Map((await lintDocument(careless)).map(({ tool, text }) => [tool, text]));
    assert.match(found.get("Redocly") ?? "", /security-defined/);
    assert.match(found.get("Spectral") ?? "", /owasp:api2:2023-write-restricted/);
    assert.match(found.get("Spectral") ?? "", /owasp:api4:2023-rate-limit/);
  } finally {
    await Deno.remove(careless);
  }
});
