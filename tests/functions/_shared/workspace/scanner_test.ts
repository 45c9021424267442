import assert from "@std/assert";
import { FileRefusal } from "../../../../supabase/functions/_shared/workspace/refusal.ts";
import { createKeeping } from "../../../../supabase/functions/_shared/workspace/keeping.ts";
import { createScanner } from "../../../../supabase/functions/_shared/workspace/scanner.ts";
import { type Health, startClamd } from "../../../fakes/clamd.ts";
import { EICAR } from "../../../fakes/contents.ts";

const never = new AbortController().signal;
const CLEAN = new TextEncoder().encode("clean ".repeat(50_000));

function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof FileRefusal && thrown.flaw === "scanner_unavailable";
}

Deno.test("a scanner is told the whole content, in pieces, and believed", async () => {
  await using clamd = startClamd();
  const scan = createScanner(clamd.address);
  assert.equal(await scan(CLEAN, never), undefined);
  assert.equal(await scan(new Uint8Array(), never), undefined);
  const late = new Uint8Array([...CLEAN, ...EICAR]);
  assert.equal(await scan(late, never), "Win.Test.EICAR_HDB-1");
  assert.equal(clamd.scanned, 3);
});

for (const health of ["small", "hangs_up", "confused"] as const satisfies readonly Health[]) {
  Deno.test(`what a scanner cannot look at is not kept: one that is ${health}`, async () => {
    await using clamd = startClamd(health);
    const keeping = createKeeping({ scan: createScanner(clamd.address) });
    await assert.rejects(keeping.examine("a.txt", CLEAN, never), isUnavailable);
  });
}

Deno.test("a scanner that never answers is given up with the call", async () => {
  await using clamd = startClamd("mute");
  const scan = createScanner(clamd.address);
  await assert.rejects(scan(CLEAN, AbortSignal.timeout(100)), isUnavailable);
});

Deno.test("what a scanner that is down has not looked at is not kept", async () => {
  const { address } = await gone();
  await assert.rejects(createScanner(address)(CLEAN, never), isUnavailable);
});

Deno.test("the EICAR file is caught without any scanner, and by one", async () => {
  const isInfected = (thrown: unknown) =>
    thrown instanceof FileRefusal && thrown.flaw === "infected";
  await assert.rejects(createKeeping().examine("a.txt", EICAR, never), isInfected);
  await using clamd = startClamd();
  const keeping = createKeeping({ scan: createScanner(clamd.address) });
  const malware = new TextEncoder().encode("MALWARE");
  await assert.rejects(keeping.examine("a.txt", malware, never), isInfected);
  assert.equal(await keeping.examine("a.txt", CLEAN, never), "text/plain");
});

/** Where somebody listened once. */
async function gone() {
  const clamd = startClamd();
  await clamd[Symbol.asyncDispose]();
  return clamd;
}
