import assert from "@std/assert";
import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { route } from "../../../supabase/functions/_shared/route.ts";
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

Deno.test("GET /<function>/health tells anybody what guards the function, and asks nobody", async () => {
  await using outside = broken(new Error("x"));
  const response = await outside.app.request("/x/health");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    status: "ok",
    version: "0.1.0",
    limiter: { store: "postgres", failed_open: 0, failed_closed: 0 },
    api_keys: false,
  });
  assert.deepEqual(outside.asked, []);
});
