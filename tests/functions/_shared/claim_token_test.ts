import assert from "@std/assert";
import { uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { createClaimTokens } from "../../../supabase/functions/_shared/claim_token.ts";
import { createCallTokens } from "../../../supabase/functions/_shared/call_token.ts";
import { DEFAULT_LIMITS } from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../../supabase/functions/_shared/sandbox/remote/wire.ts";

const CLAIMED = {
  runner: uuid7(),
  run: uuid7(),
  claim: crypto.randomUUID(),
  attempt: 2,
  limits: toWire(DEFAULT_LIMITS),
  request: "request",
};

Deno.test("a claim token says what it was made for, where it was made, and nowhere else", async () => {
  const tokens = createClaimTokens("secret");
  const token = await tokens.issue(CLAIMED);
  assert.deepEqual(await tokens.read(token), CLAIMED);
  assert.equal(await createClaimTokens("other").read(token), undefined);
});

Deno.test("a claim token that was changed, cut, or made for something else is none", async () => {
  const tokens = createClaimTokens("secret");
  const token = await tokens.issue(CLAIMED);
  const [text = "", mark = ""] = token.slice("cl_".length).split(".");
  const more = btoa(JSON.stringify({ ...CLAIMED, attempt: 1 })).replaceAll("=", "");
  const pass = await createCallTokens("secret").issue(CLAIMED, Date.now() + 60_000);
  for (
    const forged of [
      "",
      "cl_.",
      `cl_${text}`,
      `cl_${text}.${mark.slice(1)}`,
      `cl_${more}.${mark}`,
      `ct_${text}.${mark}`,
      pass,
      pass.replace("ct_", "cl_"),
      `${token} `,
    ]
  ) {
    assert.equal(await tokens.read(forged), undefined, forged);
  }
  assert.equal(await createCallTokens("secret").read(token.replace("cl_", "ct_")), undefined);
});

Deno.test("a tenant's mark is the same each time, tells nothing, and differs between projects", async () => {
  const [a, b] = [createClaimTokens("a"), createClaimTokens("b")];
  const mark = await a.tenant("user");
  assert.equal(await a.tenant("user"), mark);
  assert.notEqual(await b.tenant("user"), mark);
  assert.ok(!mark.includes("user") && mark.length <= 64);
});
