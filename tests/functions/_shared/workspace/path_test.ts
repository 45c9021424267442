import assert from "@std/assert";
import { checkPath, checkPrefix } from "../../../../supabase/functions/_shared/workspace/path.ts";
import { FileRefusal } from "../../../../supabase/functions/_shared/workspace/refusal.ts";
import { ATTACKS, HONEST } from "./traversal.ts";

/** What is no path, and yet what paths begin with. */
const PREFIXES = new Set(["", "a/", "scratch", "scratch/"]);

function isRefused(thrown: unknown): boolean {
  return thrown instanceof FileRefusal && thrown.flaw === "path_invalid";
}

for (const [attack, paths] of Object.entries(ATTACKS)) {
  Deno.test(`checkPath refuses ${attack}`, () => {
    for (const path of paths) {
      assert.throws(() => checkPath(path), isRefused, JSON.stringify(path));
      if (PREFIXES.has(path)) continue;
      assert.throws(() => checkPrefix(path), isRefused, JSON.stringify(path));
    }
  });
}

Deno.test("checkPath lets honest names pass, in any script", () => {
  for (const path of HONEST) checkPath(path);
});

Deno.test("checkPath says in a sentence what is wrong, and repeats nothing of the path", () => {
  assert.throws(() => checkPath("a\u202e/SECRET"), (thrown: unknown) => {
    assert.ok(thrown instanceof Error);
    assert.match(thrown.message, /^The path .+\.$/);
    assert.doesNotMatch(thrown.message, /SECRET/);
    return true;
  });
});
