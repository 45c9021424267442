import assert from "@std/assert";
import { serve } from "../../dev/gateway/serve.ts";
import { scratchStack } from "./scratch.ts";

const ECHO = `export default {
  fetch: async (request) => Response.json({
    method: request.method,
    path: new URL(request.url).pathname + new URL(request.url).search,
    headers: Object.fromEntries(request.headers),
    length: (await request.bytes()).length,
  }),
};`;
const ENVIRONMENT = `
const names = ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEYS", "SUPABASE_SECRET_KEYS", "SUPABASE_JWKS",
  "SB_EXECUTION_ID", "SB_REGION", "UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN",
  "CLOISTER_SIGNING_KEY", "CLOISTER_KEY_ENV", "CLOISTER_SECRET_KEYS"];
const atBoot = Object.fromEntries(names.map((name) => [name, Deno.env.get(name)]));
export default { fetch: () => Response.json(atBoot) };`;

const scratch = await scratchStack({
  "functions/echo/index.ts": ECHO,
  "functions/environment/index.ts": ENVIRONMENT,
  "functions/broken/index.ts": `throw new Error("cannot boot");`,
  "functions/throwing/index.ts": `export default { fetch() { throw new Error("in a handler"); } };`,
  "functions/listening/index.ts": `export default {
    fetch: (request) => new Promise((resolve) => request.signal.onabort = () => {
      globalThis.leftAlone = true;
      resolve(new Response());
    }),
  };`,
  "functions/_shared/index.ts": ECHO,
  "functions/no-index/other.ts": ECHO,
});
Deno.test.afterAll(async () => await scratch[Symbol.asyncDispose]());
const { stack } = scratch;
const functions = `${stack.url}/functions/v1`;

Deno.test("a function sees its own path, with the gateway's prefix cut off", async () => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    const seen = await (await fetch(`${functions}/echo/a/b?c=d`, { method })).json();
    assert.deepEqual([seen.method, seen.path], [method, "/echo/a/b?c=d"]);
  }
  const options = await fetch(`${functions}/echo`, { method: "OPTIONS" });
  assert.equal((await options.json()).method, "OPTIONS");
});

Deno.test("a function boots with the environment of a hosted one", async () => {
  const seen = await (await fetch(`${functions}/environment`)).json();
  assert.equal(seen.SUPABASE_URL, stack.url);
  assert.deepEqual(JSON.parse(seen.SUPABASE_PUBLISHABLE_KEYS), { default: stack.publishableKey });
  assert.match(
    seen.SUPABASE_SECRET_KEYS,
    /^\{"default":"sb_secret_[^"]+","cron":"sb_secret_[^"]+"\}$/,
  );
  assert.equal(JSON.parse(seen.SUPABASE_JWKS).keys[0].kid, stack.signingKey.kid);
  assert.deepEqual(seen, stack.env);
});

Deno.test("the client's address is the socket's, whatever the client claims", async () => {
  const claims = [
    "x-forwarded-for",
    "x-real-ip",
    "cf-connecting-ip",
    "forwarded",
    "true-client-ip",
  ];
  const headers = Object.fromEntries(claims.map((name) => [name, "203.0.113.9"]));
  const seen = (await (await fetch(`${functions}/echo`, { headers })).json()).headers;
  assert.equal(seen["x-forwarded-for"], "127.0.0.1");
  assert.equal(seen["cf-connecting-ip"], "127.0.0.1");
  assert.ok(!JSON.stringify(seen).includes("203.0.113.9"));
});

Deno.test("a function that does not boot answers 503 BOOT_ERROR, and the developer hears why", async () => {
  const res = await fetch(`${functions}/broken`);
  assert.deepEqual([res.status, res.headers.get("sb-error-code")], [503, "BOOT_ERROR"]);
  assert.doesNotMatch(await res.text(), /cannot boot/);
  assert.ok(scratch.lines.some((line) => /function broken .*cannot boot/s.test(line)));
});

Deno.test("a function that throws answers 500 WORKER_ERROR without its message", async () => {
  const res = await fetch(`${functions}/throwing`);
  assert.deepEqual([res.status, res.headers.get("sb-error-code")], [500, "WORKER_ERROR"]);
  assert.doesNotMatch(await res.text(), /in a handler/);
});

Deno.test("folders that are no functions, other methods and unknown paths are refused in JSON", async () => {
  const status = async (path: string, method = "GET") => {
    const res = await fetch(`${stack.url}${path}`, {
      method,
      headers: { apikey: stack.publishableKey },
    });
    if (method !== "HEAD") assert.equal(typeof (await res.json()).message, "string");
    return res.status;
  };
  assert.equal(await status("/functions/v1/_shared"), 404);
  assert.equal(await status("/functions/v1/no-index"), 404);
  assert.equal(await status("/functions/v1/echo", "HEAD"), 405);
  for (
    const path of [
      "/",
      "/functions/v1",
      "/rest/v2/x",
      "/realtime/v1/x",
      "/storage/v1/bucket",
      "/_system",
    ]
  ) {
    assert.equal(await status(path), 404, path);
  }
  const unknown = await fetch(`${stack.url}/auth/v1/nowhere`, {
    headers: { apikey: stack.secretKey },
  });
  assert.deepEqual([unknown.status, (await unknown.json()).error_code], [404, "not_found"]);
});

Deno.test("a function's request is aborted when its client leaves", async () => {
  const left = new AbortController();
  const asked = fetch(`${functions}/listening`, { signal: left.signal });
  await fetch(`${functions}/echo`).then((res) => res.body?.cancel());
  left.abort();
  await assert.rejects(asked);
  const deadline = Date.now() + 5_000;
  while (Reflect.get(globalThis, "leftAlone") !== true) {
    assert.ok(Date.now() < deadline, "the function was not told");
    await fetch(`${functions}/echo`).then((res) => res.body?.cancel());
  }
});

Deno.test("a page that has its name resolve to 127.0.0.1 gets nothing", async () => {
  const answer = await raw(
    "GET /functions/v1/echo HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
  );
  assert.match(answer, /^HTTP\/1\.1 421 /);
  const own = await raw(
    "GET /functions/v1/echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
  );
  assert.match(own, /^HTTP\/1\.1 200 /);
});

Deno.test("a body over 32 MiB is refused, announced or not", async () => {
  const large = new Uint8Array(32 * 1024 * 1024 + 1);
  const url = `${functions}/echo`;
  const fits = await fetch(url, { method: "POST", body: large.subarray(1) });
  assert.equal((await fits.json()).length, large.length - 1);
  const announced = await fetch(url, { method: "POST", body: large });
  const streamed = await fetch(url, { method: "POST", body: new Blob([large]).stream() });
  assert.deepEqual([announced.status, streamed.status], [413, 413]);
  await Promise.all([announced, streamed].map((res) => res.body?.cancel()));
});

Deno.test("browsers on any origin may call the Data API and Auth, and read their errors", async () => {
  for (const path of ["/rest/v1/things", "/auth/v1/user"]) {
    const preflight = await fetch(`${stack.url}${path}`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "apikey,authorization,prefer",
      },
    });
    assert.equal(preflight.status, 200);
    assert.equal(
      preflight.headers.get("access-control-allow-headers"),
      "apikey,authorization,prefer",
    );
    const refused = await fetch(`${stack.url}${path}`, {
      headers: { origin: "https://app.example" },
    });
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get("access-control-allow-origin"), "*");
    await refused.body?.cancel();
  }
});

Deno.test("stopping lets requests finish, and does not wait for a stream without end", async () => {
  const slow = Promise.withResolvers<void>();
  const endless = new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) });
  const server = serve(0, async (request) => {
    if (request.url.endsWith("/endless")) return new Response(endless);
    await slow.promise;
    return new Response("finished");
  });
  const stream = (await fetch(`${server.url}/endless`)).body?.getReader();
  await stream?.read();
  const asked = fetch(`${server.url}/slow`);
  const stopped = server[Symbol.asyncDispose]();
  slow.resolve();
  assert.equal(await (await asked).text(), "finished");
  await stopped;
  await assert.rejects(async () => await stream?.read());
  await assert.rejects(fetch(server.url));
});

/** What the stack answers to these bytes. */
async function raw(request: string): Promise<string> {
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(stack.url).port),
  });
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}
