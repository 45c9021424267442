import assert from "@std/assert";
import { createSigner } from "../../supabase/functions/_shared/auth/signer.ts";
import { readEnv } from "../../supabase/functions/_shared/env.ts";
import { newSigningKey, writeSigningKey } from "../../scripts/keys.ts";

Deno.test("deno task keys makes a key that the functions take, for its owner's eyes alone", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/key.env`;
    await writeSigningKey(path, await newSigningKey());
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    const line = await Deno.readTextFile(path);
    const [, name = "", value = ""] = /^(\w+)='(.*)'\n$/.exec(line) ?? [];
    const { signingKey, jwtIssuer: issuer } = readEnv({
      SUPABASE_URL: "http://project.test",
      SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_1"}',
      SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
      [name]: value,
    });
    assert.ok(signingKey);
    const { token } = await createSigner(signingKey, { issuer })
      .mint(crypto.randomUUID(), { cloister_key: crypto.randomUUID() });
    assert.equal(token.split(".").length, 3);
    await assert.rejects(
      writeSigningKey(path, await newSigningKey()),
      Deno.errors.AlreadyExists,
    );
    assert.equal(await Deno.readTextFile(path), line, "what was there is there still");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
