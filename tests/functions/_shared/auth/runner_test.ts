import assert from "@std/assert";
import { generateKey } from "../../../../supabase/functions/_shared/auth/key.ts";
import { createRunners } from "../../../../supabase/functions/_shared/auth/runner.ts";
import { Fault } from "../../../../supabase/functions/_shared/fault.ts";
import { uuid7 } from "../../../../supabase/functions/_shared/ids.ts";
import type { Service } from "../../../../supabase/functions/_shared/service.ts";

const RUNNER = uuid7();

/** A book over a database that knows one key, and what was asked of whom. */
async function book() {
  const { key, publicId, secretHash } = await generateKey("test", "cr");
  const asked: string[] = [];
  const service: Service = async (_name, args) => {
    await Promise.resolve();
    asked.push("database");
    const known = JSON.stringify(args) ===
      JSON.stringify({ public_id: publicId, secret_hash: secretHash });
    if (known) return { data: RUNNER, error: null };
    const details = { code: "PT401", message: "key_invalid", details: "", hint: "", name: "" };
    return { data: null, error: { ...details, toJSON: () => details } };
  };
  let time = 0;
  const runners = createRunners({ service, keyEnv: "test", now: () => time });
  const stranger = async () => {
    await Promise.resolve();
    asked.push("address");
  };
  return {
    key,
    asked,
    pass: (ms: number) => void (time += ms),
    identify: (header: string | undefined) => runners.identify(header, stranger),
    runners,
  };
}

Deno.test("a runner's key costs an address's budget and a question once a minute", async () => {
  const { key, asked, pass, identify } = await book();
  assert.equal(await identify(`Bearer ${key}`), RUNNER);
  assert.deepEqual(asked.splice(0), ["address", "database"]);
  assert.equal(await identify(`Bearer ${key}`), RUNNER);
  assert.deepEqual(asked, []);
  pass(60_000);
  await identify(`Bearer ${key}`);
  assert.deepEqual(asked, ["address", "database"]);
});

Deno.test("whatever is no runner's key is a stranger's, each time", async () => {
  const { key, asked, identify } = await book();
  const { key: unknown } = await generateKey("test", "cr");
  const { key: elsewhere } = await generateKey("live", "cr");
  const { key: users } = await generateKey("test", "ck");
  const mistyped = key.slice(0, -1) + (key.endsWith("A") ? "B" : "A");
  for (
    const [header, code, questions] of [
      [undefined, "unauthenticated", ["address"]],
      ["", "unauthenticated", ["address"]],
      [key, "key_invalid", ["address"]],
      [`Basic ${key}`, "key_invalid", ["address"]],
      [`Bearer ${key} ${key}`, "key_invalid", ["address"]],
      [`Bearer ${mistyped}`, "key_invalid", ["address"]],
      [`Bearer ${elsewhere}`, "key_invalid", ["address"]],
      [`Bearer ${users}`, "key_invalid", ["address"]],
      [`Bearer ${unknown}`, "key_invalid", ["address", "database"]],
      [`Bearer ${unknown}`, "key_invalid", ["address", "database"]],
    ] as const
  ) {
    await assert.rejects(identify(header), (thrown: unknown) => {
      assert.ok(thrown instanceof Fault && thrown.code === code, `${header}: ${thrown}`);
      return true;
    });
    assert.deepEqual(asked.splice(0), questions);
  }
});

Deno.test("an address that has spent its budget asks the database nothing", async () => {
  const { key, asked, runners } = await book();
  const spent = () => Promise.reject(new Fault("rate_limited"));
  await assert.rejects(runners.identify(`Bearer ${key}`, spent), Fault);
  assert.deepEqual(asked, []);
});
