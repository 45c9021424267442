import assert from "@std/assert";
import { importJWK, SignJWT } from "jose";
import { readEnv } from "../../runner/env.ts";
import { createVerify } from "../../runner/token.ts";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";

Deno.test("runner/keys.ts prints two lines: what one signs, the other verifies", async () => {
  const script = new URL("../../runner/keys.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["run", "--no-prompt", "--no-lock", "--config", config, script];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
    .output();
  assert.equal(code, 0);
  const text = new TextDecoder().decode(stdout);
  const [, secret = "", open = ""] =
    /CLOISTER_RUNNER_KEY='(.*)'[^]*CLOISTER_RUN_KEYS='(.*)'/.exec(text) ?? [];
  const { keys, audience } = readEnv({ CLOISTER_RUN_KEYS: open });
  const jwk = JSON.parse(secret);
  const token = await new SignJWT({ limits: toWire(DEFAULT_LIMITS) })
    .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid })
    .setIssuer("cloister")
    .setAudience(audience)
    .setJti("r1")
    .setSubject("ann")
    .setExpirationTime("30s")
    .sign(await importJWK(jwk));
  assert.equal((await createVerify(keys, audience)(`Bearer ${token}`)).run, "r1");
});
