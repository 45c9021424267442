import assert from "@std/assert";
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import { createWatch } from "../../../../supabase/functions/_shared/watch/watch.ts";
import { createPost } from "../../../../supabase/functions/_shared/watch/webhook.ts";

const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
const TIMEOUT_MS = 300;

const Settled = z.object({ id: z.uuid(), delivered: z.boolean(), status: z.int().nullable() });

/** An alert as the database hands it out. */
function alert() {
  const id = crypto.randomUUID();
  const data = { rule: "auth_failed", subject: "192.0.2.7", count: 10 };
  return {
    id,
    attempt: 1,
    payload: { type: "alert.created", timestamp: "2026-01-02T03:04:05Z", data },
  };
}

/** A watch whose database has these alerts to deliver, each claimed once. */
function createOffice(url: string, alerts: ReturnType<typeof alert>[]) {
  const settled: z.infer<typeof Settled>[] = [];
  const logged: string[] = [];
  const office = { settled, logged, claims: 0 };
  const watch = createWatch({
    webhook: { url, secret: SECRET },
    timeoutMs: TIMEOUT_MS,
    log: (_level, name, fields) => void office.logged.push(JSON.stringify({ name, ...fields })),
    service(name, args) {
      if (name === "claim_alert_deliveries") {
        office.claims++;
        const { max } = z.object({ max: z.int() }).parse(args);
        return Promise.resolve({ data: alerts.splice(0, max), error: null });
      }
      if (name === "settle_alert_delivery") office.settled.push(Settled.parse(args));
      const data = name === "record_security_events" ? { recorded: 1, alerts: 1 } : null;
      return Promise.resolve({ data, error: null });
    },
  });
  return { office, watch };
}

/** A receiver on loopback, and what it was sent. */
function receive(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook?token=hidden`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("an alert is delivered with a signature that another implementation verifies", async () => {
  const verified: unknown[] = [];
  await using receiver = receive(async (request) => {
    const body = await request.text();
    verified.push(new Webhook(SECRET).verify(body, Object.fromEntries(request.headers)));
    assert.equal(request.headers.get("webhook-id"), id);
    assert.throws(() =>
      new Webhook(SECRET).verify(body + " ", Object.fromEntries(request.headers))
    );
    return new Response(null, { status: 204 });
  });
  const due = alert();
  const { id, payload } = due;
  const { office, watch } = createOffice(receiver.url, [due]);
  await watch.flush();
  assert.deepEqual(verified, [payload]);
  assert.deepEqual(office.settled, [{ id, delivered: true, status: 204 }]);
});

const answers: Record<string, [number | null, (request: Request) => Response | Promise<Response>]> =
  {
    "answers 500": [500, () => new Response("oops", { status: 500 })],
    "answers 410": [410, () => new Response(null, { status: 410 })],
    "redirects": [
      307,
      () => new Response(null, { status: 307, headers: { location: "/elsewhere" } }),
    ],
    "never answers": [
      0,
      (request) =>
        new Promise((resolve) =>
          request.signal.addEventListener("abort", () => resolve(new Response()))
        ),
    ],
  };

for (const [how, [status, handler]] of Object.entries(answers)) {
  Deno.test(`with a receiver that ${how}, an alert is settled as not delivered`, async () => {
    const paths: string[] = [];
    await using receiver = receive((request) => {
      paths.push(new URL(request.url).pathname);
      return handler(request);
    });
    const due = alert();
    const { office, watch } = createOffice(receiver.url, [due]);
    await watch.flush();
    assert.deepEqual(office.settled, [{ id: due.id, delivered: false, status }]);
    assert.deepEqual(paths, ["/hook"]);
  });
}

Deno.test("a receiver that is not there is no answer, and its address is in no log line", async () => {
  const due = alert();
  const { office, watch } = createOffice("http://127.0.0.1:1/hook?token=hidden", [due]);
  await watch.flush();
  assert.deepEqual(office.settled, [{ id: due.id, delivered: false, status: 0 }]);
  assert.doesNotMatch(office.logged.join(), /hidden|127\.0\.0\.1/);
});

Deno.test("an answer that never ends is not read", async () => {
  let left = false;
  await using receiver = receive(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => void (left = true),
      }),
    )
  );
  const due = alert();
  const { office, watch } = createOffice(receiver.url, [due]);
  await watch.flush();
  assert.deepEqual(office.settled, [{ id: due.id, delivered: true, status: 200 }]);
  await receiver[Symbol.asyncDispose]();
  assert.ok(left);
});

Deno.test("a slow receiver holds up its own alerts and nobody's request", async () => {
  const held = Promise.withResolvers<Response>();
  await using receiver = receive(() => held.promise);
  const { office, watch } = createOffice(receiver.url, Array.from({ length: 25 }, alert));
  watch.beat();
  watch.beat();
  watch.report({
    type: "probing",
    context: { requestId: "r", address: undefined, userAgent: undefined },
  });
  assert.equal(office.settled.length, 0);
  held.resolve(new Response());
  await watch.flush();
  assert.equal(office.settled.length, 25);
});

Deno.test("beat() looks for what is due once in five seconds, however much traffic there is", async () => {
  await using receiver = receive(() => new Response());
  const { office, watch } = createOffice(receiver.url, []);
  for (let i = 0; i < 1_000; i++) watch.beat();
  await watch.flush();
  assert.equal(office.claims, 2);
});

Deno.test("without a webhook nothing is claimed", async () => {
  const asked: string[] = [];
  const watch = createWatch({
    webhook: undefined,
    log: () => {},
    service(name) {
      asked.push(name);
      return Promise.resolve({ data: { recorded: 1, alerts: 1 }, error: null });
    },
  });
  watch.beat();
  watch.report({ type: "probing", context: { requestId: "r", address: "a", userAgent: "u" } });
  await watch.flush();
  assert.deepEqual(asked, ["record_security_events"]);
});

Deno.test("a malformed webhook secret stops the function, and is not named", () => {
  const short = `whsec_${btoa("too short")}`;
  const long = `whsec_${btoa("x".repeat(65))}`;
  for (const secret of ["", "plain", SECRET.slice(6), short, long, `${SECRET}?`]) {
    assert.throws(
      () => createPost({ url: "https://hooks.test", secret }, TIMEOUT_MS),
      (err) => String(err).includes("webhook secret") && (!secret || !String(err).includes(secret)),
    );
  }
});
