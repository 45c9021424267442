import assert from "@std/assert";
import { createCallTokens } from "../../../supabase/functions/_shared/call_token.ts";

const RUN = { run: "01a201e5-7419-700c-9282-45545b0b2aba", attempt: 2 };

Deno.test("a run's pass names its run and attempt until its time is over", async () => {
  let now = 1_000;
  const tokens = createCallTokens("sb_secret_1", () => now);
  const token = await tokens.issue(RUN, 2_000);
  assert.match(token, /^ct_[\w-]+\.[\w-]{43}$/);
  assert.deepEqual(await tokens.read(token), RUN);
  now = 2_000;
  assert.equal(await tokens.read(token), undefined);
});

Deno.test("a pass that is forged, cut, stretched or of another project is none", async () => {
  const tokens = createCallTokens("sb_secret_1", () => 0);
  const token = await tokens.issue(RUN, 1_000);
  const [claims = "", mark = ""] = token.slice(3).split(".");
  const other = btoa(JSON.stringify({ ...RUN, until: 9e15 })).replaceAll("=", "");
  const forged = [
    `ct_${other}.${mark}`,
    `ct_${claims}.${mark.slice(1)}A`,
    `ct_${claims}`,
    `ct_.${mark}`,
    `${token}x`,
    `x${token}`,
    token.replace("ct_", "ck_"),
    "",
    `ct_${"a".repeat(10_000)}.${mark}`,
    await createCallTokens("sb_secret_2", () => 0).issue(RUN, 1_000),
  ];
  for (const attempt of forged) assert.equal(await tokens.read(attempt), undefined, attempt);
});
