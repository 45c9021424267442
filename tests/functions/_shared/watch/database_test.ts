import { createClient } from "@supabase/supabase-js";
import assert from "@std/assert";
import postgres from "postgres";
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import type { Database } from "../../../../supabase/functions/_shared/database.types.ts";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { createService, type Service } from "../../../../supabase/functions/_shared/service.ts";
import { signContext } from "../../../../supabase/functions/_shared/watch/sign_context.ts";
import {
  createWatch,
  type SecurityEvent,
} from "../../../../supabase/functions/_shared/watch/watch.ts";
import { newAddress, person, testStack } from "../../../stack.ts";
import { OUTAGE } from "./place.ts";

const stack = testStack();
const service: Service = createService(readEnv(stack.env))();
const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;

const AlertMessage = z.object({
  type: z.literal("alert.created"),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.looseObject({ rule: z.string(), subject: z.string(), count: z.int() }),
});

/** Asks the database as its operator. */
async function ask<Row extends z.ZodType>(
  row: Row,
  query: (sql: postgres.Sql) => PromiseLike<readonly unknown[]>,
): Promise<z.output<Row>[]> {
  const sql = postgres(stack.adminUrl, { max: 1 });
  try {
    return z.array(row).parse([...await query(sql)]);
  } finally {
    await sql.end();
  }
}

/** How many events of an address are stored, all counts together. */
async function countOf(address: string): Promise<number> {
  const [row] = await ask(
    z.object({ count: z.coerce.number() }),
    (sql) =>
      sql`select coalesce(sum(count), 0) as count from public.security_events where address = ${address}`,
  );
  return row?.count ?? 0;
}

/** The alerts about an address, with how their delivery went. */
function deliveriesOf(address: string) {
  return ask(
    z.object({
      id: z.uuid(),
      attempt: z.int(),
      delivered: z.boolean(),
      due_in_s: z.coerce.number(),
      last_status: z.int().nullable(),
    }),
    (sql) =>
      sql`select a.id, d.attempt, d.delivered_at is not null as delivered, d.last_status,
          extract(epoch from d.next_at - clock_timestamp()) as due_in_s
        from public.alerts as a join app.alert_deliveries as d on d.alert_id = a.id
        where a.subject = ${address}`,
  );
}

/** A receiver on loopback that verifies, and remembers what it was sent about one subject. */
function receive(address: string, answer: () => number) {
  const messages: { id: string | null; count: number }[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const body = await request.text();
      const headers = Object.fromEntries(request.headers);
      const { data } = AlertMessage.parse(new Webhook(SECRET).verify(body, headers));
      if (data.subject !== address) return new Response();
      messages.push({ id: request.headers.get("webhook-id"), count: data.count });
      return new Response(null, { status: answer() });
    },
  );
  return {
    messages,
    webhook: { url: `http://127.0.0.1:${server.addr.port}/`, secret: SECRET },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function attempt(address: string, more: Partial<SecurityEvent> = {}): SecurityEvent {
  const context = { requestId: crypto.randomUUID(), address, userAgent: "test" };
  return { type: "auth_failed", context, ...more };
}

const quiet = { log: () => {}, webhook: undefined };

/** Alerts of other tests, which nobody delivers there, would be delivered first. */
async function forgetAlertsOfOthers(): Promise<void> {
  const sql = postgres(stack.adminUrl, { max: 1 });
  try {
    await sql`
      update app.alert_deliveries set gave_up_at = now()
      where delivered_at is null and gave_up_at is null`;
  } finally {
    await sql.end();
  }
}

Deno.test("ten failed authentications are one alert, delivered once and verified", async () => {
  await forgetAlertsOfOthers();
  const address = newAddress();
  await using receiver = receive(address, () => 204);
  const watch = createWatch({ service, log: () => {}, webhook: receiver.webhook });
  for (let i = 0; i < 9; i++) watch.report(attempt(address));
  await watch.flush();
  assert.deepEqual(receiver.messages, []);
  for (let i = 0; i < 5; i++) watch.report(attempt(address));
  await watch.flush();
  for (let i = 0; i < 50; i++) watch.report(attempt(address));
  await watch.flush();
  const [delivery, ...others] = await deliveriesOf(address);
  assert.deepEqual(others, []);
  assert.deepEqual(receiver.messages, [{ id: delivery?.id ?? "", count: 14 }]);
  assert.ok(delivery?.delivered);
  assert.equal(delivery.last_status, 204);
});

Deno.test("isolates that report at once raise one alert between them, and count exactly", async () => {
  const address = newAddress();
  const watches = Array.from({ length: 8 }, () => createWatch({ service, ...quiet }));
  for (const watch of watches) {
    for (let i = 0; i < 25; i++) watch.report(attempt(address, { data: { i } }));
  }
  await Promise.all(watches.map((watch) => watch.flush()));
  assert.equal(await countOf(address), 200);
  assert.equal((await deliveriesOf(address)).length, 1);
});

Deno.test("an alert that a receiver refused is due again later, under the same id", async () => {
  await forgetAlertsOfOthers();
  const address = newAddress();
  let status = 500;
  await using receiver = receive(address, () => status);
  const watch = createWatch({ service, log: () => {}, webhook: receiver.webhook });
  for (let i = 0; i < 10; i++) watch.report(attempt(address));
  await watch.flush();
  const [refused] = await deliveriesOf(address);
  assert.ok(refused && !refused.delivered);
  assert.equal(refused.last_status, 500);
  assert.ok(refused.due_in_s > 0 && refused.due_in_s <= 5, `${refused.due_in_s} s`);
  await watch.flush();
  assert.equal(receiver.messages.length, 1);
  status = 200;
  await ask(
    z.unknown(),
    (sql) => sql`update app.alert_deliveries set next_at = now() where alert_id = ${refused.id}`,
  );
  await watch.flush();
  const [delivered] = await deliveriesOf(address);
  assert.ok(delivered?.delivered);
  assert.equal(delivered.attempt, 2);
  assert.deepEqual(receiver.messages.map(({ id }) => id), [refused.id, refused.id]);
});

Deno.test("isolates that deliver at once deliver an alert once", async () => {
  const address = newAddress();
  await using receiver = receive(address, () => 200);
  const first = createWatch({ service, ...quiet });
  for (let i = 0; i < 10; i++) first.report(attempt(address));
  await first.flush();
  const { webhook } = receiver;
  const watches = Array.from({ length: 8 }, () => createWatch({ service, log: () => {}, webhook }));
  await Promise.all(watches.map((watch) => watch.flush()));
  assert.equal(receiver.messages.length, 1);
});

Deno.test("a write whose answer was lost is repeated, and counts once", async () => {
  const address = newAddress();
  let lost = 2;
  const watch = createWatch({
    ...quiet,
    service: async (name, args, signal) => {
      const reply = await service(name, args, signal);
      return lost-- > 0 ? OUTAGE : reply;
    },
  });
  for (let i = 0; i < 6; i++) watch.report(attempt(address, { data: { i } }));
  for (let i = 0; i < 3; i++) await watch.flush();
  assert.equal(await countOf(address), 6);
});

Deno.test("events of strangers are taken by the database, whatever they have sent", async () => {
  const address = newAddress();
  const problems: string[] = [];
  const watch = createWatch({
    service,
    webhook: undefined,
    log: (_level, name, fields) => void problems.push(JSON.stringify({ name, ...fields })),
  });
  const odd = `\0\ud800'"\\;--\u202e${"é".repeat(9_000)}`;
  const context = { requestId: odd, address, userAgent: odd };
  watch.report(
    attempt(address, { context, method: odd, route: odd, code: odd, data: { odd, [odd]: 1 } }),
  );
  await watch.flush();
  assert.deepEqual(problems, []);
  assert.equal(await countOf(address), 1);
});

const Entry = z.object({
  via: z.string(),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  user_agent: z.string().nullable(),
});

/** What the audit log holds of how a user's agents were created. */
function entriesOf(userId: string) {
  return ask(Entry, (sql) =>
    sql`select via, address, request_id, user_agent from public.audit_log
        where actor_id = ${userId} and action = 'agent.created' order by seq`);
}

const SOURCE = "export default () => 1;";

Deno.test("an audit entry of a request has the request's id, address and user agent", async () => {
  const ann = await person("ann");
  const response = await ann.call("POST", "/agents", {
    body: { name: "mine", source: SOURCE },
    headers: { "user-agent": "watch-test/1" },
  });
  assert.equal(response.status, 201, await response.text());
  assert.deepEqual(await entriesOf(ann.id), [{
    via: "api",
    address: ann.address.replace(/::1$/, "::/64"),
    request_id: response.headers.get("x-request-id"),
    user_agent: "watch-test/1",
  }]);
});

Deno.test("a caller of the Data API cannot claim an address that the functions have not seen", async () => {
  const eve = await person("eve");
  const context = { requestId: "forged", address: "192.0.2.1", userAgent: "forged" };
  const key = crypto.getRandomValues(new Uint8Array(32));
  const forged = await signContext(key, context);
  const [payload] = forged.split(".");
  const headers = [
    forged,
    `${payload}.`,
    `${payload}.${"0".repeat(64)}`,
    `${payload}`,
    ".",
    "a.b.c",
  ];
  for (const [i, header] of headers.entries()) {
    const db = createClient<Database>(stack.url, stack.publishableKey, {
      accessToken: () => Promise.resolve(eve.token),
      global: { headers: { "x-cloister-context": header, "user-agent": "direct" } },
    });
    const { error } = await db.rpc("create_agent", {
      name: `agent-${i}`,
      description: "",
      source: SOURCE,
      language: "javascript",
    });
    assert.equal(error, null, JSON.stringify(error));
  }
  const entries = await entriesOf(eve.id);
  assert.equal(entries.length, headers.length);
  for (const entry of entries) {
    assert.deepEqual({ ...entry, user_agent: null }, {
      via: "direct",
      address: null,
      request_id: null,
      user_agent: null,
    });
  }
});
