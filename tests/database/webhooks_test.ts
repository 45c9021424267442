import assert from "@std/assert";
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import { useScratch } from "./database.ts";
import { resealBatch } from "../../supabase/functions/_shared/vault/reseal.ts";
import { createVault } from "../../supabase/functions/_shared/vault/vault.ts";
import { answer, createInternet, PUBLIC } from "../functions/_shared/egress/internet.ts";
import { receive } from "../functions/_shared/webhooks/receiver.ts";
import { KEYS, openOffice } from "./office.ts";

const scratch = useScratch();
const DONE = { delivered: 1, failed: 0, gave_up: 0 };
const FAILED = { delivered: 0, failed: 1, gave_up: 0 };

const Message = z.object({
  type: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.object({
    run: z.looseObject({ id: z.string(), status: z.string(), output: z.unknown() }),
  }),
});

Deno.test("the end of a run is told with a signature that another implementation verifies", async () => {
  await using receiver = receive(() => new Response("thanks"));
  const office = await openOffice(scratch(), receiver.url);
  const run = await office.run();
  assert.deepEqual(await office.send(), DONE);
  const [told] = receiver.heard;
  const message = Message.parse(
    new Webhook(office.secret).verify(told?.body ?? "", told?.headers ?? {}),
  );
  assert.deepEqual([message.type, message.data.run.output], ["run.succeeded", { n: 1 }]);
  assert.equal(message.data.run.id, `run_${run.replaceAll("-", "")}`);
  const [row] = await office.rows();
  assert.deepEqual([row?.state, row?.last_status, row?.response], ["delivered", 200, null]);
  assert.equal(told?.headers["webhook-id"], row?.id);
  assert.deepEqual(await office.send(), { delivered: 0, failed: 0, gave_up: 0 });
});

Deno.test("what fails is told again, the same bytes with the same id, ever later, and given up", async () => {
  let status = 500;
  await using receiver = receive(() => new Response("no", { status }));
  const office = await openOffice(scratch(), receiver.url);
  await office.run();
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= 7; attempt++) {
    assert.deepEqual(await office.send(), FAILED);
    assert.deepEqual(await office.send(), { delivered: 0, failed: 0, gave_up: 0 }, "it is not due");
    const [row] = await office.rows();
    assert.deepEqual([row?.attempt, row?.state, row?.last_status], [attempt, "waiting", 500]);
    pauses.push(row?.wait_s ?? 0);
    await office.wait();
  }
  assert.deepEqual(await office.send(), { delivered: 0, failed: 0, gave_up: 1 });
  const [row] = await office.rows();
  assert.deepEqual([row?.attempt, row?.state], [8, "gave_up"]);
  assert.deepEqual(pauses.toSorted((a, b) => a - b), pauses);
  assert.ok(pauses.reduce((all, one) => all + one, 0) > 18 * 3_600, `${pauses}`);
  assert.equal(new Set(receiver.heard.map(({ body }) => body)).size, 1);
  assert.equal(new Set(receiver.heard.map(({ headers }) => headers["webhook-id"])).size, 1);
  for (const { body, headers } of receiver.heard) new Webhook(office.secret).verify(body, headers);
  status = 200;
  await office.wait();
  assert.deepEqual(await office.send(), { delivered: 0, failed: 0, gave_up: 0 }, "it is over");
});

Deno.test("two senders never send one attempt twice", async () => {
  await using receiver = receive(() => new Response());
  const office = await openOffice(scratch(), receiver.url);
  const runs: string[] = [];
  while (runs.length < 15) runs.push(await office.run());
  const rounds = await Promise.all([1, 2, 3, 4].map(() => office.send()));
  assert.equal(rounds.reduce((all, { delivered }) => all + delivered, 0), runs.length);
  const told = receiver.heard.map(({ headers }) => headers["webhook-id"]);
  assert.deepEqual([told.length, new Set(told).size], [runs.length, runs.length]);
  assert.ok(
    (await office.rows()).every(({ attempt, state }) => attempt === 1 && state === "delivered"),
  );
});

Deno.test("what a sender died over is sent by another, and the first is believed no more", async () => {
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using receiver = receive(async ({ headers }) => {
    if (receiver.heard.length === 1) {
      arrived.resolve();
      await gate.promise;
    }
    return new Response(headers["webhook-id"]);
  });
  const office = await openOffice(scratch(), receiver.url);
  await office.run();
  const slow = office.send();
  await arrived.promise;
  await office.wait();
  assert.deepEqual(await office.send(), DONE);
  gate.resolve();
  assert.equal((await slow).delivered, 0);
  const [row] = await office.rows();
  assert.deepEqual([row?.attempt, row?.state], [2, "delivered"]);
  const [first, second] = receiver.heard;
  assert.equal(first?.headers["webhook-id"], second?.headers["webhook-id"]);
});

Deno.test("a replaced secret signs beside the new one for as long as its owner said", async () => {
  await using receiver = receive(() => new Response());
  const office = await openOffice(scratch(), receiver.url);
  const verifies = (secret: string) => {
    const { body = "", headers = {} } = receiver.heard.at(-1) ?? {};
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  };
  const second = await office.rotate(60);
  await office.run();
  await office.send();
  assert.deepEqual([verifies(office.secret), verifies(second)], [true, true]);
  const third = await office.rotate(0);
  await office.run();
  await office.send();
  assert.deepEqual([office.secret, second, third].map(verifies), [false, false, true]);
});

Deno.test("an address that says it is gone is told nothing more", async () => {
  await using receiver = receive(() => new Response(null, { status: 410 }));
  const office = await openOffice(scratch(), receiver.url);
  await office.run();
  await office.send();
  assert.deepEqual(await office.webhook(), { enabled: false, disabled_reason: "gone" });
  await office.wait();
  await office.run();
  assert.deepEqual(await office.send(), { delivered: 0, failed: 0, gave_up: 0 });
  assert.equal(receiver.heard.length, 1);
});

Deno.test("a run that is gone by the time it is to be told is given up", async () => {
  await using receiver = receive(() => new Response());
  const office = await openOffice(scratch(), receiver.url);
  const run = await office.run();
  await office.sql`delete from public.runs where id = ${run}`;
  assert.deepEqual(await office.send(), { delivered: 0, failed: 0, gave_up: 1 });
  const [row] = await office.rows();
  assert.deepEqual([row?.state, row?.last_error, receiver.heard.length], [
    "gave_up",
    "run_gone",
    0,
  ]);
});

Deno.test("an output that is too long is left out, and said to be", async () => {
  await using receiver = receive(() => new Response());
  const office = await openOffice(scratch(), receiver.url);
  await office.run("succeeded", "x".repeat(70_000));
  await office.send();
  const { data } = Message.parse(JSON.parse(receiver.heard[0]?.body ?? ""));
  assert.deepEqual([data.run.output, data.run["output_omitted"]], [null, true]);
});

Deno.test("a webhook's secret and address are in no log line, and its secret in no table", async () => {
  let status = "500 Broken";
  await using net = await createInternet({
    names: { "hooks.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: () => answer(office.secret, "", status) },
  });
  const office = await openOffice(scratch(), "https://hooks.example.com/told?token=hidden", {});
  office.deps.egress = net.egress;
  await office.run();
  await office.send();
  status = "200 OK";
  await office.wait();
  await office.send();
  const [row] = await office.rows();
  assert.deepEqual([row?.state, row?.response?.includes("whsec_")], ["delivered", false]);
  assert.ok(office.logged.length >= 2);
  const kept = await office.sql`
    select query_to_xml('select * from ' || c.oid::regclass, true, false, '')::text as text
    from pg_class as c where c.relkind = 'r' and c.relnamespace in
      ('public'::regnamespace, 'app'::regnamespace)`;
  const all = kept.map(({ text }) => String(text)).join();
  assert.ok(all.includes(office.webhookId));
  for (const needle of [office.secret, office.secret.slice(6)]) {
    assert.ok(!office.logged.join().includes(needle));
    assert.ok(!all.includes(needle));
  }
  assert.doesNotMatch(office.logged.join(), /hidden|example\.com/);
});

Deno.test("a sender without the key that a secret is locked by sends nothing unsigned", async () => {
  await using receiver = receive(() => new Response());
  const office = await openOffice(scratch(), receiver.url);
  await office.run();
  await office.sql`update app.signing_secrets set kid = 'lost'
    where subject = ${`webhook.${office.webhookId}`}`;
  assert.deepEqual(await office.send(), FAILED);
  assert.equal(receiver.heard.length, 0);
});

Deno.test("nobody's slow address keeps others' webhooks waiting", async () => {
  await using slow = receive((_heard, { signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response())))
  );
  await using quick = receive(() => new Response());
  const [one, other] = [
    await openOffice(scratch(), slow.url),
    await openOffice(scratch(), quick.url),
  ];
  for (let n = 0; n < 12; n++) await one.run();
  await other.run();
  const claimed = await one.deps.service("claim_webhook_deliveries", { max: 20, lease_s: 60 });
  const urls = z.array(z.object({ url: z.string() })).parse(claimed.data).map(({ url }) => url);
  assert.equal(urls.filter((url) => url === slow.url).length, 2);
  assert.ok(urls.includes(quick.url));
});

Deno.test("what webhooks are signed with is locked anew when the key of the functions changes", async () => {
  await using receiver = receive(() => new Response());
  const office = await openOffice(scratch(), receiver.url);
  const keys = KEYS.toReversed();
  const { service, log } = office.deps;
  const both = createVault({ keys, keeper: "cloister" });
  await office.sql`delete from app.signing_secrets
    where subject <> ${`webhook.${office.webhookId}`}`;
  const { resealed, remaining } = await resealBatch({ service, vault: both, log }, {
    unopened: false,
  });
  assert.deepEqual([resealed, remaining], [1, 0]);
  office.deps.vault = createVault({ keys: keys.slice(0, 1), keeper: "cloister" });
  await office.run();
  assert.deepEqual(await office.send(), DONE);
  const [told] = receiver.heard;
  new Webhook(office.secret).verify(told?.body ?? "", told?.headers ?? {});
});

Deno.test("a run ends although its webhook is being deleted, and is told to nobody", async () => {
  const office = await openOffice(scratch(), "https://hooks.example.com/", {});
  const deleting = Promise.withResolvers<void>();
  const deleted = office.sql.begin(async (sql) => {
    await sql`delete from public.webhooks where id = ${office.webhookId}`;
    await deleting.promise;
  });
  const run = office.run();
  for (;;) {
    const [{ waits } = { waits: false }] = await office.sql<{ waits: boolean }[]>`
      select exists (select from pg_locks where not granted and database =
        (select oid from pg_database where datname = current_database())) or exists (
        select from pg_stat_activity where wait_event_type = 'Lock'
          and datname = current_database()) as waits`;
    if (waits) break;
  }
  deleting.resolve();
  await deleted;
  const [ended] = await office.sql`select status from public.runs where id = ${await run}`;
  assert.deepEqual([ended?.["status"], await office.rows()], ["succeeded", []]);
});
