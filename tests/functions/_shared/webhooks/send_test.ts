import assert from "@std/assert";
import { createEgress } from "../../../../supabase/functions/_shared/egress/create.ts";
import type { EgressDeps } from "../../../../supabase/functions/_shared/egress/create.ts";
import type { Egress } from "../../../../supabase/functions/_shared/egress/egress.ts";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { newSigningSecret } from "../../../../supabase/functions/_shared/vault/signing.ts";
import { sendWebhook } from "../../../../supabase/functions/_shared/webhooks/send.ts";
import { webhookEgress } from "../../../../supabase/functions/_shared/webhooks/way.ts";
import { answer, createInternet, PUBLIC, type Speak, write } from "../egress/internet.ts";
import { receive } from "./receiver.ts";

const SECRET = newSigningSecret();

/** Sends one message to an address, and says how it went. */
function tell(
  url: string,
  deps: EgressDeps = { privateOrigins: [new URL(url).origin] },
  timeoutMs = 10_000,
) {
  return tellBy(createEgress(deps), url, timeoutMs);
}

async function tellBy(egress: Egress, url: string, timeoutMs = 10_000) {
  const message = { id: "m1", url, secrets: [SECRET], body: "{}", tenant: "ann", timeoutMs };
  const outcome = await sendWebhook(egress, message, new AbortController().signal);
  const { durationMs, ...rest } = outcome;
  assert.ok(durationMs <= 10_000);
  return rest;
}

/** What is kept of the answer of a host of the Internet. */
async function keptOf(speak: Speak) {
  const names = { "hooks.example.com": [[PUBLIC]] };
  await using net = await createInternet({ names, servers: { [`${PUBLIC}:443`]: speak } });
  const { delivered, response } = await tellBy(net.egress, "https://hooks.example.com/");
  return { delivered, response };
}

/** An answer that ends when its reader leaves. */
const endless: Speak = async (_heard, conn) => {
  await write(conn, "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
  for (const chunk = new Uint8Array(64 * 1024).fill(0x61);;) await write(conn, chunk);
};

Deno.test("no redirect is followed", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    await using receiver = receive(() =>
      new Response(null, { status, headers: { location: "/elsewhere" } })
    );
    const { delivered, status: answered } = await tell(receiver.url);
    assert.deepEqual([delivered, answered, receiver.heard.length], [false, status, 1]);
  }
});

Deno.test("of an answer, only the beginning is read and kept", async () => {
  assert.deepEqual(await keptOf(endless), { delivered: true, response: "a".repeat(1_024) });
  const { response } = await keptOf(() => answer("a\u0000b\u202ec" + SECRET));
  assert.equal(response?.slice(0, 3), "abc");
  assert.ok(!response?.includes(SECRET.slice(6)));
});

Deno.test("of what webhooks may reach inside, nothing that it says is kept", async () => {
  let status = 200;
  await using inside = receive(() => new Response("for the operator alone", { status }));
  const { port } = new URL(inside.url);
  const privateOrigins = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  for (const host of ["127.0.0.1", "localhost", "localhost.", "LOCALHOST"]) {
    for (status of [200, 500]) {
      const told = await tell(`http://${host}:${port}/any?path`, { privateOrigins });
      assert.deepEqual([told.delivered, told.status, told.response], [
        status === 200,
        status,
        undefined,
      ]);
    }
  }
});

Deno.test("what tools may reach inside, no webhook reaches", async () => {
  await using inside = receive(() => new Response());
  const { origin } = new URL(inside.url);
  const vars = {
    SUPABASE_URL: "http://project.test",
    SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_1"}',
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
  };
  const forTools = webhookEgress(readEnv({ ...vars, CLOISTER_PRIVATE_ORIGINS: origin }));
  assert.equal(forTools.isPrivate(new URL(inside.url)), false);
  assert.equal((await tellBy(forTools, inside.url)).error, "secret_denied");
  assert.equal(
    (await tellBy(forTools, inside.url.replace("http:", "https:"))).error,
    "address_denied",
  );
  assert.equal(inside.heard.length, 0);
  const forWebhooks = webhookEgress(readEnv({ ...vars, CLOISTER_WEBHOOK_ORIGINS: origin }));
  assert.equal((await tellBy(forWebhooks, inside.url)).delivered, true);
});

Deno.test("an address that is slow, or closes, is no delivery", async () => {
  await using slow = receive((_heard, { signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response())))
  );
  const none = { delivered: false, final: false, status: undefined, response: undefined };
  assert.deepEqual(await tell(slow.url, undefined, 300), { ...none, error: "timed_out" });
  const closing = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const closed = (async () => {
    for await (const connection of closing) connection.close();
  })();
  const url = `http://127.0.0.1:${closing.addr.port}/`;
  assert.deepEqual(await tell(url), { ...none, error: "upstream_failed" });
  closing.close();
  await closed;
  assert.deepEqual(await tell(url), { ...none, error: "upstream_failed" });
});

Deno.test("an answer that drips is waited for no longer than its time", async () => {
  let stop = () => {};
  await using dripping = receive(() =>
    new Response(
      new ReadableStream({
        start: (controller) => {
          const timer = setInterval(() => controller.enqueue(new Uint8Array([0x61])), 50);
          stop = () => clearInterval(timer);
        },
        cancel: () => stop(),
      }),
    )
  );
  const { delivered, status } = await tell(dripping.url, undefined, 1_500);
  assert.deepEqual([delivered, status], [true, 200]);
});

Deno.test("nothing is sent to the metadata service, to this machine or to a private network", async () => {
  const inside = [
    ...["https://169.254.169.254/latest/meta-data", "https://127.0.0.1/", "https://[::1]/"],
    ...["https://10.0.0.1/", "https://192.168.1.1/", "https://[fd00::1]/", "https://0.0.0.0/"],
    ...["https://2130706433/", "https://0x7f000001/", "https://[::ffff:127.0.0.1]/"],
  ];
  for (const url of inside) {
    const { delivered, error } = await tell(url, {});
    assert.deepEqual([delivered, error], [false, "address_denied"], url);
  }
  const named = { resolve: () => Promise.resolve(["169.254.169.254"]) };
  assert.equal((await tell("https://metadata.example.com/", named)).error, "address_denied");
});

Deno.test("without TLS nothing is told, but where the operator lets webhooks reach inside", async () => {
  await using receiver = receive(() => new Response());
  assert.equal((await tell(receiver.url)).delivered, true);
  assert.equal((await tell("http://hooks.example.com/", {})).error, "secret_denied");
  assert.equal((await tell(receiver.url, {})).error, "secret_denied");
  assert.equal(receiver.heard.length, 1);
});
