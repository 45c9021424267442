import assert from "@std/assert";
import { CloisterError, ConnectionError, createClient, TimeoutError } from "../../sdk/mod.ts";
import { json, refusal, scripted } from "./fake.ts";

const LIMITS = { role: "user" };
/** The first pause is 125 ms at least: what was tried again took so long. */
const FIRST_PAUSE_MS = 120;

Deno.test("a request carries the key in its header, and nowhere else", async () => {
  const { client, requests } = scripted([json(LIMITS)], {
    headers: { apikey: "sb_publishable_x" },
  });
  await client.limits();
  const [request] = requests;
  assert.equal(request?.url, "https://project.example/functions/v1/agents/limits");
  assert.equal(request?.headers.get("authorization"), "Bearer ck_live_test");
  assert.equal(request?.headers.get("apikey"), "sb_publishable_x");
  assert.deepEqual([request?.redirect, request?.credentials], ["error", "omit"]);
});

Deno.test("a name in a path reaches no other route", async () => {
  const { client, requests } = scripted([json({}), json({})]);
  await client.agents.get("a/../../admin/users?x=1#y");
  assert.equal(
    requests[0]?.url,
    "https://project.example/functions/v1/agents/a%2F..%2F..%2Fadmin%2Fusers%3Fx%3D1%23y",
  );
  await client.agents.files.read("a", "notes/today ü.md");
  assert.match(requests[1]?.url ?? "", /\/agents\/a\/files\/notes\/today%20%C3%BC\.md$/);
  for (const name of ["", ".", ".."]) {
    await assert.rejects(client.agents.get(name), TypeError);
  }
  await assert.rejects(client.agents.files.read("a", "../../limits"), TypeError);
  await assert.rejects(client.agents.files.read("a", "notes//x"), TypeError);
  assert.equal(requests.length, 2);
});

Deno.test("credentials go over https, or nowhere but this machine", () => {
  const auth = { apiKey: "ck_live_test" };
  for (const url of ["http://example.com", "ftp://x.example", "http://127.0.0.1.example.com"]) {
    assert.throws(() => createClient({ url, auth }), TypeError, url);
  }
  for (const url of ["http://127.0.0.1:54321", "http://localhost:54321", "http://[::1]:54321"]) {
    createClient({ url, auth });
  }
  createClient({ url: "http://kong:8000", auth, allowInsecure: true });
  assert.throws(() => createClient({ url: "https://me:secret@x.example", auth }), TypeError);
});

Deno.test("a refusal is a CloisterError with its code, request and items", async () => {
  const errors = [{ code: "unknown_name", message: "what is fech?", line: 2, column: 5 }];
  const { client } = scripted([refusal(422, "invalid_source", { detail: "No source", errors })]);
  const error = await client.agents.create({ name: "a", source: "fech" }).catch((err) => err);
  assert.ok(error instanceof CloisterError);
  assert.deepEqual(
    [error.code, error.status, error.requestId, error.message, error.errors],
    ["invalid_source", 422, "req-1", "No source", errors],
  );
});

Deno.test("what a gateway answers is an unexpected_answer, cut short", async () => {
  const page = `<html>${"x".repeat(5_000)}`;
  const { client } = scripted([
    new Response(page, { status: 500, headers: { "content-type": "text/html" } }),
  ]);
  const error = await client.limits().catch((err) => err);
  assert.ok(error instanceof CloisterError);
  assert.equal(error.code, "unexpected_answer");
  assert.ok(error.message.length < 300);
});

Deno.test("a read is tried again when the connection breaks or the server is busy", async () => {
  const broken = new TypeError("fetch failed");
  const { client, requests } = scripted([broken, refusal(503, "engine_busy"), json(LIMITS)]);
  const started = performance.now();
  assert.deepEqual(await client.limits(), LIMITS);
  assert.equal(requests.length, 3);
  assert.ok(performance.now() - started > FIRST_PAUSE_MS * 2);
});

Deno.test("a write is not tried again when nobody knows what became of it", async () => {
  const { client, requests } = scripted([new TypeError("fetch failed"), json({})]);
  await assert.rejects(client.agents.create({ name: "a", source: "x" }), ConnectionError);
  assert.equal(requests.length, 1);
});

Deno.test("a run is tried again with the same idempotency key", async () => {
  const ended = { id: "run_1", status: "succeeded" };
  const { client, requests } = scripted([new TypeError("fetch failed"), json(ended)]);
  assert.equal((await client.run("a")).status, "succeeded");
  const keys = requests.map(({ headers }) => headers.get("idempotency-key"));
  assert.equal(keys.length, 2);
  assert.ok(keys[0]);
  assert.equal(keys[0], keys[1]);
});

Deno.test("a run is waited for, however long it takes and however short one answer may take", async () => {
  const going = { id: "run_1", status: "running" };
  const { client, requests } = scripted(
    [json(going, 202), json(going), json({ ...going, status: "failed" })],
    { timeoutMs: 5_000 },
  );
  assert.equal((await client.run("a")).status, "failed");
  assert.deepEqual(requests.map(({ method }) => method), ["POST", "GET", "GET"]);
  assert.equal(requests[0]?.headers.get("prefer"), "wait=2");
});

Deno.test("Retry-After is waited for, and a long one is told at once", async () => {
  const { client } = scripted([refusal(429, "rate_limited", { retry_after: 1 }), json(LIMITS)]);
  const started = performance.now();
  await client.limits();
  assert.ok(performance.now() - started > 1_000);
  const other = scripted([refusal(429, "rate_limited", { retry_after: 3_600 })]);
  const error = await other.client.limits().catch((err) => err);
  assert.ok(error instanceof CloisterError);
  assert.equal(error.retryAfter, 3_600);
});

Deno.test("an answer that takes too long is a TimeoutError; the caller's abort is an abort", async () => {
  const never: typeof fetch = (_, init) =>
    new Promise((_, reject) =>
      init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")))
    );
  const options = { url: "https://x.example", fetch: never, maxRetries: 0 };
  await assert.rejects(createClient({ ...options, timeoutMs: 20 }).limits(), TimeoutError);
  const reason = new Error("enough");
  const aborted = createClient(options).request("GET", "/agents/limits", {
    signal: AbortSignal.abort(reason),
  });
  await assert.rejects(aborted, reason);
});

Deno.test("a token that expired is renewed once, for all that it was refused to", async () => {
  let token = "old";
  let renewals = 0;
  const session = () => Promise.resolve({ data: { session: { access_token: token } } });
  const supabase = {
    auth: {
      getSession: session,
      refreshSession: () => {
        renewals++;
        token = "new";
        return session();
      },
    },
  };
  const send: typeof fetch = (input, init) => {
    const sent = new Request(input, init).headers.get("authorization");
    return Promise.resolve(
      sent === "Bearer new" ? json(LIMITS) : refusal(401, "token_expired"),
    );
  };
  const client = createClient({ url: "https://x.example", auth: { supabase }, fetch: send });
  await Promise.all([client.limits(), client.limits(), client.limits()]);
  assert.equal(renewals, 1);
});

Deno.test("a token that is refused for good is told once, not asked for forever", async () => {
  const { client, requests } = scripted(
    [refusal(401, "session_revoked"), refusal(401, "session_revoked")],
    { auth: { accessToken: ({ refused }) => Promise.resolve(refused ? "second" : "first") } },
  );
  const error = await client.limits().catch((err) => err);
  assert.ok(error instanceof CloisterError);
  assert.equal(error.code, "session_revoked");
  assert.equal(requests.length, 2);
});

Deno.test("a function that is down says so by its health, which is no error", async () => {
  const { client } = scripted([json({ status: "unavailable" }, 503)]);
  assert.equal((await client.health("execute")).status, "unavailable");
});

Deno.test("a list is read page by page, and no page before it is wanted", async () => {
  const { client, requests } = scripted([
    json({ data: [{ name: "a" }, { name: "b" }], next_cursor: "c1" }),
    json({ data: [{ name: "c" }], next_cursor: null }),
  ]);
  const names = [];
  for await (const { name } of client.agents.list({ state: "active" })) {
    names.push(name);
    if (names.length === 2) assert.equal(requests.length, 1);
  }
  assert.deepEqual(names, ["a", "b", "c"]);
  const queries = requests.map(({ url }) => new URL(url).search);
  assert.deepEqual(queries, ["?state=active&limit=100", "?state=active&limit=100&cursor=c1"]);
});
