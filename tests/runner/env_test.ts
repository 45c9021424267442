import assert from "@std/assert";
import * as z from "zod";
import { readEnv } from "../../runner/env.ts";
import { publicJwk } from "./keys.ts";

const CLOISTER_RUN_KEYS = JSON.stringify({ keys: [publicJwk] });

Deno.test("readEnv() needs the keys alone, and listens on loopback then", () => {
  const env = readEnv({ CLOISTER_RUN_KEYS, HOME: "/root" });
  assert.deepEqual(env.listen, { hostname: "127.0.0.1", port: 8700, tls: undefined });
  assert.deepEqual(env.engine, { name: "process", pool: { jit: false, ceiling: {} } });
  assert.equal(env.audience, "cloister-runner");
});

Deno.test("readEnv() refuses to do without keys", () => {
  assert.throws(() => readEnv({}), /CLOISTER_RUN_KEYS/);
});

const CLOISTER_RUNNER_PULL_KEY = `cr_test_${"0".repeat(16)}_${"1".repeat(49)}`;

Deno.test("readEnv() needs no keys of run tokens where runs are pulled", () => {
  const { pull, keys } = readEnv({
    CLOISTER_URL: "https://example.test/",
    CLOISTER_RUNNER_PULL_KEY,
  });
  assert.deepEqual(keys, { keys: [] });
  assert.deepEqual(pull, {
    url: "https://example.test",
    key: CLOISTER_RUNNER_PULL_KEY,
    places: undefined,
  });
  assert.equal(readEnv({ CLOISTER_RUN_KEYS }).pull, undefined);
});

for (
  const [what, vars, name] of [
    ["a key without a project", { CLOISTER_RUNNER_PULL_KEY }, "CLOISTER_RUNNER_PULL_KEY"],
    [
      "a project without a key",
      { CLOISTER_URL: "https://example.test" },
      "CLOISTER_RUNNER_PULL_KEY",
    ],
    [
      "a project in the clear",
      { CLOISTER_RUNNER_PULL_KEY, CLOISTER_URL: "http://example.test" },
      "CLOISTER_URL",
    ],
    [
      "the functions' signing key",
      { CLOISTER_RUNNER_PULL_KEY: '{"kty":"OKP"}', CLOISTER_URL: "https://example.test" },
      "CLOISTER_RUNNER_PULL_KEY",
    ],
  ] as const
) {
  Deno.test(`readEnv() refuses ${what}`, () => {
    assert.throws(() => readEnv({ CLOISTER_RUN_KEYS, ...vars }), new RegExp(name));
  });
}

Deno.test("readEnv() hands on what an operator chose for the pool", () => {
  const { engine } = readEnv({
    CLOISTER_RUN_KEYS,
    CLOISTER_RUNNER_PLACES: "4",
    CLOISTER_RUNNER_JIT: "on",
    CLOISTER_RUNNER_BOX: "seccomp",
    CLOISTER_RUNNER_KEEP_ALIVE_RUNS: "100",
    CLOISTER_RUNNER_MAX_CPU_MS: "500",
  });
  assert.deepEqual(engine.pool, {
    box: "seccomp",
    jit: true,
    places: 4,
    keepAlive: { runs: 100, idleMs: 30_000 },
    ceiling: { cpuMs: 500 },
  });
});

for (
  const [what, vars, name] of [
    ["an empty key", { CLOISTER_RUN_KEYS: "" }, "CLOISTER_RUN_KEYS"],
    ["keys that are no JSON", { CLOISTER_RUN_KEYS: "hunter2" }, "CLOISTER_RUN_KEYS"],
    ["an empty key set", { CLOISTER_RUN_KEYS: '{"keys":[]}' }, "CLOISTER_RUN_KEYS"],
    [
      "a private key",
      { CLOISTER_RUN_KEYS: JSON.stringify({ keys: [{ ...publicJwk, d: "hunter2" }] }) },
      "CLOISTER_RUN_KEYS",
    ],
    [
      "a shared secret",
      { CLOISTER_RUN_KEYS: '{"keys":[{"kty":"oct","k":"hunter2"}]}' },
      "CLOISTER_RUN_KEYS",
    ],
    ["the functions' key", { CLOISTER_RUNNER_KEY: "hunter2" }, "CLOISTER_RUNNER_KEY"],
    ["a key that is none", { CLOISTER_RUNNER_PULL_KEY: "hunter2" }, "CLOISTER_RUNNER_PULL_KEY"],
    ["a name that nobody knows", { CLOISTER_RUNNER_PLACE: "hunter2" }, "CLOISTER_RUNNER_PLACE"],
    ["a number that is none", { CLOISTER_RUNNER_PORT: "hunter2" }, "CLOISTER_RUNNER_PORT"],
    ["a number out of range", { CLOISTER_RUNNER_PORT: "70000" }, "CLOISTER_RUNNER_PORT"],
    ["no places", { CLOISTER_RUNNER_PLACES: "0" }, "CLOISTER_RUNNER_PLACES"],
    ["an engine that is none", { CLOISTER_RUNNER_ENGINE: "hunter2" }, "CLOISTER_RUNNER_ENGINE"],
    ["a short secret", { CLOISTER_RUNNER_ADMIN_TOKEN: "hunter2" }, "CLOISTER_RUNNER_ADMIN_TOKEN"],
    ["half a certificate", { CLOISTER_RUNNER_TLS_CERT: "hunter2" }, "CLOISTER_RUNNER_TLS_KEY"],
    ["an open port without TLS", { CLOISTER_RUNNER_HOST: "0.0.0.0" }, "CLOISTER_RUNNER_HOST"],
  ] as const
) {
  Deno.test(`readEnv() refuses ${what} by name, and does not show its value`, () => {
    assert.throws(() => readEnv({ CLOISTER_RUN_KEYS, ...vars }), (thrown) => {
      assert.match(String(thrown), new RegExp(name));
      assert.doesNotMatch(String(thrown), /hunter2/);
      return true;
    });
  });
}

Deno.test("readEnv() opens a port to others with a certificate, or where TLS is done elsewhere", () => {
  const open = { CLOISTER_RUN_KEYS, CLOISTER_RUNNER_HOST: "0.0.0.0" };
  readEnv({ ...open, CLOISTER_RUNNER_TLS_CERT: "c.pem", CLOISTER_RUNNER_TLS_KEY: "k.pem" });
  readEnv({ ...open, CLOISTER_RUNNER_TLS_ELSEWHERE: "on" });
});

Deno.test("runner/deno.json pins the versions that everything here is tested with", async () => {
  const [own, all] = await Promise.all(
    ["../../runner/deno.json", "../../deno.json"].map(async (path) =>
      Imports.parse(JSON.parse(await Deno.readTextFile(new URL(path, import.meta.url)))).imports
    ),
  );
  for (const [name, pinned] of Object.entries(own ?? {})) assert.equal(all?.[name], pinned);
});

const Imports = z.object({ imports: z.record(z.string(), z.string()) });
