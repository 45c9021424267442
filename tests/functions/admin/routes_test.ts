import assert from "@std/assert";
import postgres from "postgres";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { createHost } from "../../../supabase/functions/_shared/engine.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import type { Engine } from "../../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import admin from "../../../supabase/functions/admin/index.ts";
import { createSandbox } from "../../../supabase/functions/admin/sandbox/routes.ts";
import { person, testStack } from "../../stack.ts";

const ONE = { programs: ["c01_do_while"] };
const ROUTES = [["GET", "/admin/sandbox"], ["POST", "/admin/sandbox/verify"]] as const;

/** Asks as whoever holds the token, or as nobody. */
function ask(
  token: string | undefined,
  method: string,
  path: string,
  body: unknown = {},
  app = admin,
) {
  return app.request(path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(method === "POST" && { body: JSON.stringify(body) }),
  });
}

/** The token of somebody new in a role. */
async function tokenOf(role: string): Promise<string> {
  const { id, token } = await person(role);
  const sql = postgres(testStack().adminUrl, { max: 1 });
  await sql`insert into app.user_roles (user_id, role) values (${id}, ${role})`;
  await sql.end();
  return token;
}

Deno.test("only an admin is told of the sandbox, or makes it be verified", async () => {
  for (const role of ["viewer", "user", "streamer"]) {
    const token = await tokenOf(role);
    for (const [method, path] of ROUTES) {
      const response = await ask(token, method, path);
      assert.deepEqual([response.status, (await response.json()).code], [403, "forbidden"], role);
    }
  }
  for (const [method, path] of ROUTES) {
    const response = await ask(undefined, method, path);
    assert.deepEqual([response.status, (await response.json()).code], [401, "unauthenticated"]);
  }
});

Deno.test("GET /admin/sandbox tells an admin the engine, its walls and its limits", async () => {
  const response = await ask(await tokenOf("admin"), "GET", "/admin/sandbox");
  assert.equal(response.status, 200);
  const { engine, layers, defaults, ceiling, pool } = await response.json();
  assert.deepEqual([engine, layers, pool], ["quickjs", ["realm", "quickjs", "wasm", "fuel"], null]);
  assert.ok(defaults.cpu_ms > 0 && defaults.cpu_ms <= ceiling.cpu_ms);
});

Deno.test("POST /admin/sandbox/verify plays attacks on this very sandbox, and all of them are held", async () => {
  const token = await tokenOf("admin");
  const response = await ask(token, "POST", "/admin/sandbox/verify");
  assert.equal(response.status, 200);
  const { engine, layers, held, breached, skipped, programs } = await response.json();
  assert.deepEqual([engine, layers.at(-1), breached, skipped], ["quickjs", "fuel", 0, 0]);
  assert.ok(held >= 10 && held === programs.length);
  assert.ok(programs.some(({ want }: { want: string }) => want === "ok"));
});

Deno.test("POST /admin/sandbox/verify plays the programs that are named, and knows no others", async () => {
  const token = await tokenOf("admin");
  const path = "/admin/sandbox/verify";
  const some = await ask(token, "POST", path, ONE);
  const { programs } = await some.json();
  assert.deepEqual(
    programs.map(({ name, ending, held }: Record<string, unknown>) => {
      return [name, ending, held];
    }),
    [["c01_do_while", "cpu_limit", true]],
  );
  const none = await ask(token, "POST", path, { programs: ["c01_do_while", "nothing"] });
  assert.deepEqual([none.status, (await none.json()).code], [400, "invalid_request"]);
});

Deno.test("one verification goes on at a time, and the next may follow it", async () => {
  const token = await tokenOf("admin");
  const [asked, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const gated: Engine = {
    ...quickJs,
    async admit(claim, signal) {
      asked.resolve();
      await open.promise;
      return await quickJs.admit(claim, signal);
    },
  };
  const host = createHost(() => Promise.resolve({ engine: gated }));
  const platform = createPlatform("admin", readEnv());
  const app = createApp("admin", platform, createSandbox(host));
  const start = () => ask(token, "POST", "/admin/sandbox/verify", ONE, app);
  const first = start();
  await asked.promise;
  const second = await start();
  const { code } = await second.json();
  assert.deepEqual([second.status, code], [409, "verification_in_progress"]);
  open.resolve();
  for (const response of [await first, await start()]) {
    assert.equal((await response.json()).held, 1);
  }
});
