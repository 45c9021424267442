import assert from "@std/assert";
import { quickJs } from "../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { openCanary } from "./canary.ts";
import { attempt } from "./harness.ts";
import { readAttacks } from "./program.ts";

const PROMISE = {
  timeout: "is stopped at its limit",
  memory: "takes no memory beyond its limit",
  limit: "is cut off at its limit",
  refused: "reaches nothing",
  error: "fails, and nothing hangs",
  harmless: "has no effect outside",
  ok: "runs",
} as const;

/** CLOISTER_ATTACKS adds another folder of programs in the same format. */
const extra = Deno.env.get("CLOISTER_ATTACKS");
const folders = [new URL("./programs", import.meta.url).pathname, ...(extra ? [extra] : [])];

for (const folder of folders) {
  for (const attack of await readAttacks(folder)) {
    Deno.test(`quickjs ${attack.name}: «${attack.attempted}» ${PROMISE[attack.want]}`, async () => {
      const canary = await openCanary();
      try {
        const { statuses, breaches } = await attempt(quickJs, attack, canary);
        assert.deepEqual(breaches, [], `it ended as ${statuses.join(" and ")}`);
      } finally {
        await canary.close();
      }
    });
  }
}
