import assert from "@std/assert";
import { Webhook } from "standardwebhooks";
import { verifyWebhook, WebhookError } from "../../sdk/mod.ts";

const SECRET = `whsec_${btoa("a secret of twenty-four!")}`;
const BODY = JSON.stringify({ type: "run.succeeded", data: { run: "run_1", said: "grüße" } });
const NOW = new Date("2026-01-02T03:04:05Z");

function signed(secret = SECRET, at = NOW): Record<string, string> {
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at.getTime() / 1000),
    "webhook-signature": new Webhook(secret).sign("msg_1", at, BODY),
  };
}

Deno.test("verifyWebhook reads what the reference library signed, whatever holds the headers", async () => {
  const message = await verifyWebhook(BODY, signed(), SECRET, NOW);
  assert.deepEqual([message.id, message.payload], ["msg_1", JSON.parse(BODY)]);
  const bytes = new TextEncoder().encode(BODY);
  await verifyWebhook(bytes, new Headers(signed()), SECRET, NOW);
  const old = signed(`whsec_${btoa("another secret, an old one")}`)["webhook-signature"];
  const headers = { ...signed(), "webhook-signature": [`${old} ${signed()["webhook-signature"]}`] };
  await verifyWebhook(BODY, headers, SECRET, NOW);
});

Deno.test("verifyWebhook refuses what was altered, is old, or is signed by somebody else", async () => {
  const late = new Date(NOW.getTime() + 301_000);
  const { "webhook-signature": signature, ...unsigned } = signed();
  const refused: [string, Record<string, string>, Date][] = [
    [BODY.replace("run_1", "run_2"), signed(), NOW],
    [BODY, { ...signed(), "webhook-id": "msg_2" }, NOW],
    [BODY, signed(), late],
    [BODY, signed(SECRET, late), NOW],
    [BODY, signed(`whsec_${btoa("a secret of somebody else")}`), NOW],
    [BODY, { ...unsigned, "webhook-signature": `v2${signature?.slice(2)}` }, NOW],
    [BODY, unsigned, NOW],
  ];
  for (const [body, headers, now] of refused) {
    await assert.rejects(verifyWebhook(body, headers, SECRET, now), WebhookError);
  }
});
