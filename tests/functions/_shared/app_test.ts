import assert from "@std/assert";
import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { createMac } from "../../../supabase/functions/_shared/mac.ts";
import { createCursors } from "../../../supabase/functions/_shared/page.ts";
import type { Platform } from "../../../supabase/functions/_shared/platform.ts";
import { route } from "../../../supabase/functions/_shared/route.ts";

/** An app with one route, whose rule throws. */
function broken(thrown: unknown) {
  const lines: string[] = [];
  const platform: Platform = {
    allowedOrigins: ["https://app.test"],
    log: (...line) => lines.push(JSON.stringify(line)),
    authenticate: () => Promise.resolve({ userId: "ann", token: "t" }),
    db: () => {
      throw thrown;
    },
    service: () => Promise.reject(thrown),
    prepared: createMac("s", "prepared"),
    cursors: createCursors(createMac("s", "cursor")),
    limiter: undefined,
  };
  const rule = route(
    { method: "get", path: "/", summary: "", accept: z.object({}), budget: "read" },
    () => Promise.resolve("never"),
  );
  return { app: createApp("x", platform, [rule]), lines };
}

Deno.test("what went wrong on our side is told to the log and to nobody else", async () => {
  const { app, lines } = broken(new Error("select secret from /etc/path"));
  const response = await app.request("/x");
  assert.equal(response.status, 500);
  const body = await response.text();
  assert.doesNotMatch(body, /secret|path/);
  assert.match(lines.join(), /select secret/);
});

Deno.test("a thrown value that is no error is only named, even in the log", async () => {
  const { app, lines } = broken({ details: "Failing row contains (source of a user)" });
  assert.equal((await app.request("/x")).status, 500);
  assert.doesNotMatch(lines.join(), /source of a user/);
});

Deno.test("only configured origins may read an answer", async () => {
  const { app } = broken(new Error("x"));
  const from = async (origin: string) =>
    (await app.request("/x", { headers: { origin } })).headers.get("access-control-allow-origin");
  assert.equal(await from("https://app.test"), "https://app.test");
  assert.equal(await from("https://evil.test"), null);
});
