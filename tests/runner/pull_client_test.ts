import assert from "@std/assert";
import { createQueueClient, QueueAway, QueueRefused } from "../../runner/pull/client.ts";
import { createPullLedger, SILENT_MS } from "../../runner/pull/ledger.ts";
import { Fault } from "../../supabase/functions/_shared/fault.ts";
import type { Given } from "../../supabase/functions/_shared/run/pull_wire.ts";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";

const KEY = "cr_test_0123456789abcdef_hunter2";
const GIVEN: Given = {
  run: `run_${"0".repeat(32)}`,
  token: "cl_test",
  attempt: 1,
  tenant: "tenant",
  limits: toWire(DEFAULT_LIMITS),
  request_id: "request",
  traceparent: null,
};
const AT = { id: "", attempt: 1 };
const CANCELLED = { status: "cancelled", usage: null } as const;

/** A client whose wire answers so, and what it sent. */
function clientOf(answer: () => Response | Promise<Response>) {
  const sent: { url: string; init: RequestInit | undefined }[] = [];
  const send: typeof fetch = async (url, init) => {
    sent.push({ url: String(url), init });
    return await answer();
  };
  return { client: createQueueClient({ url: "https://example.test", key: KEY }, send), sent };
}

const problem = (status: number, code: string) => () => Response.json({ code }, { status });

Deno.test("a runner's key goes into one header of requests that follow no redirect, and into no error", async () => {
  const { client, sent } = clientOf(problem(401, "key_revoked"));
  const thrown = await client.report(GIVEN, []).then(() => undefined, String);
  const [{ url, init } = { url: "", init: undefined }] = sent;
  assert.equal(new Headers(init?.headers).get("authorization"), `Bearer ${KEY}`);
  assert.equal(init?.redirect, "error");
  assert.ok(![url, init?.body, thrown].join().includes("hunter2"));
});

for (
  const [what, answer, kind] of [
    ["a refusal", problem(404, "not_found"), QueueRefused],
    ["a failure", problem(503, "database_unavailable"), QueueAway],
    ["a spent budget", problem(429, "rate_limited"), QueueAway],
    ["a page of a proxy", () => new Response("<html>", { status: 502 }), QueueAway],
    ["a broken answer", () => new Response("{"), QueueAway],
    ["a broken connection", () => Promise.reject(new TypeError("reset")), QueueAway],
  ] as const
) {
  Deno.test(`a queue client tells ${what} as ${kind.name}`, async () => {
    await assert.rejects(clientOf(answer).client.report(GIVEN, []), kind);
  });
}

Deno.test("a run whose reports fail is waited for, and stopped after 20 s", async () => {
  let now = 0;
  const { client } = clientOf(problem(503, "database_unavailable"));
  const ledger = createPullLedger(GIVEN, { client, isStopping: () => false, now: () => now });
  await assert.rejects(ledger.append(AT, []), (thrown: unknown) => {
    assert.ok(thrown instanceof Fault && thrown.code === "database_unavailable");
    return true;
  });
  now = SILENT_MS + 1;
  assert.equal(await ledger.append(AT, []), true);
});

for (
  const [status, code] of [[404, "not_found"], [409, "claim_lost"], [401, "key_revoked"]] as const
) {
  Deno.test(`a run that is answered ${code} shall stop, and how it ends interests nobody`, async () => {
    const { client, sent } = clientOf(problem(status, code));
    const ledger = createPullLedger(GIVEN, { client, isStopping: () => false });
    assert.equal(await ledger.append(AT, []), true);
    assert.equal((await ledger.settle(AT, CANCELLED, [])).status, "queued");
    assert.equal(sent.length, 2);
  });
}

Deno.test("what a stopping runner cuts short is given back, and not told as cancelled", async () => {
  const { client, sent } = clientOf(() => new Response(null, { status: 204 }));
  const ledger = createPullLedger(GIVEN, { client, isStopping: () => true });
  await ledger.settle(AT, CANCELLED, []);
  assert.deepEqual(sent.map(({ url }) => url.split("/").at(-1)), ["release"]);
  const ended = clientOf(() => Response.json({ status: "failed", ended_at: null }));
  const other = createPullLedger(GIVEN, { client: ended.client, isStopping: () => true });
  assert.equal((await other.settle(AT, { ...CANCELLED, status: "failed" }, [])).status, "failed");
});
