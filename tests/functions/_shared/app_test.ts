import assert from "@std/assert";
import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { route, runRoute } from "../../../supabase/functions/_shared/route.ts";
import { createTracer } from "../../../supabase/functions/_shared/trace/tracer.ts";
import { fakePlatform } from "./platform.ts";

/** An app with one route, whose rule throws. */
function broken(thrown: unknown) {
  const outside = fakePlatform();
  const rule = route(
    {
      method: "get",
      path: "/",
      summary: "",
      accept: z.object({}),
      needs: "agents:read",
      budget: "read",
    },
    () => Promise.reject(thrown),
  );
  return { ...outside, app: createApp("x", outside.platform, [rule]) };
}

Deno.test("what went wrong on our side is told to the log and to nobody else", async () => {
  await using outside = broken(new Error("select secret from /etc/path"));
  const response = await outside.app.request("/x");
  assert.equal(response.status, 500);
  const body = await response.text();
  assert.doesNotMatch(body, /secret|path/);
  assert.match(outside.lines.join(), /select secret/);
});

Deno.test("a thrown value that is no error is only named, even in the log", async () => {
  await using outside = broken({ details: "Failing row contains (source of a user)" });
  assert.equal((await outside.app.request("/x")).status, 500);
  assert.doesNotMatch(outside.lines.join(), /source of a user/);
});

Deno.test("only configured origins may read an answer", async () => {
  await using outside = broken(new Error("x"));
  const from = async (origin: string) =>
    (await outside.app.request("/x", { headers: { origin } }))
      .headers.get("access-control-allow-origin");
  assert.equal(await from("https://app.test"), "https://app.test");
  assert.equal(await from("https://evil.test"), null);
});

Deno.test("GET /<function>/health tells anybody how it stands with the function, and no more", async () => {
  await using outside = broken(new Error("x"));
  outside.platform.checks.add("limiter", () => Promise.reject(new Error("password is x")), false);
  const response = await outside.app.request("/x/health");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    status: "degraded",
    version: "0.1.0",
    checks: { limiter: "down" },
    api_keys: false,
  });
  assert.deepEqual(outside.asked, []);
});

Deno.test("GET /<function>/health answers 503 where the function cannot do its work", async () => {
  await using outside = broken(new Error("x"));
  outside.platform.checks.add("database", () => Promise.reject(new Error("password is x")), true);
  const response = await outside.app.request("/x/health");
  assert.equal(response.status, 503);
  const { status, checks } = await response.json();
  assert.deepEqual({ status, checks }, { status: "unavailable", checks: { database: "down" } });
});

Deno.test("whoever is not known has nothing traced by saying so, nor by a pass that is none", async () => {
  await using outside = broken(new Error("x"));
  let spans = 0;
  const tracer = createTracer({ add: () => spans++, flush: () => Promise.resolve() }, 0);
  const called = runRoute(
    {
      method: "post",
      path: "/",
      summary: "",
      accept: z.object({}),
      access: "run",
      budget: "execute",
    },
    () => Promise.resolve(null),
  );
  const app = createApp("x", { ...outside.platform, tracer }, [called]);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  for (const authorization of ["", "Bearer x", "Bearer ct_x"]) {
    const headers = { traceparent, authorization };
    const response = await app.request("/x", { method: "POST", headers });
    assert.equal(response.status, 401);
    await response.body?.cancel();
  }
  assert.equal(spans, 0);
});
