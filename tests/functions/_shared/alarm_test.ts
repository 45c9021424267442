import assert from "@std/assert";
import { generateKey } from "../../../supabase/functions/_shared/auth/key.ts";
import { Fault, type FaultCode } from "../../../supabase/functions/_shared/fault.ts";
import { createLog } from "../../../supabase/functions/_shared/log.ts";
import { codeOf, rig } from "./admission_rig.ts";
import { ANN } from "./platform.ts";

const signs: [FaultCode, string, string[]][] = [
  ["token_invalid", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_invalid", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_expired", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_revoked", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_quarantined", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["unauthenticated", "", []],
  ["token_expired", "rejected", []],
];

for (const [code, type, strikes] of signs) {
  Deno.test(`a credential that is refused as ${code} counts as ${type || "nothing"}`, async () => {
    const authenticate = () => Promise.reject(new Fault(code));
    await using it = rig({ parts: { authenticate } });
    assert.equal(await codeOf(await it.ask()), code);
    assert.deepEqual(it.events.map((event) => event.type), type === "" ? [] : [type]);
    assert.deepEqual(it.strikes, strikes);
  });
}

const inside: [FaultCode, string, string[]][] = [
  ["not_found", "probing", []],
  ["forbidden", "permission_denied", []],
  ["mfa_required", "permission_denied", []],
  ["rate_limited", "rate_limited", ["rate_limited 192.0.2.7"]],
  ["invalid_cursor", "suspicious", []],
  ["invalid_request", "rejected", []],
  ["invalid_json", "rejected", []],
  ["key_revoked", "", []],
  ["invalid_source", "", []],
];

for (const [code, type, strikes] of inside) {
  Deno.test(`a caller who is refused with ${code} counts as ${type || "nothing"}`, async () => {
    await using it = rig({ rule: () => Promise.reject(new Fault(code)) });
    assert.equal(await codeOf(await it.ask()), code);
    const told = it.events.map((event) => [event.type, event.userId, event.route, event.code]);
    assert.deepEqual(told, type === "" ? [] : [[type, ANN.userId, "/x/it", code]]);
    assert.deepEqual(it.strikes, strikes);
  });
}

Deno.test("source that is made to wear out its reader is told of, and source that is wrong is not", async () => {
  for (const [code, told] of [["too_complex", ["suspicious"]], ["syntax_error", []]] as const) {
    const fault = new Fault("invalid_source", undefined, { items: [{ code, message: "" }] });
    await using it = rig({ rule: () => Promise.reject(fault) });
    assert.equal(await codeOf(await it.ask()), "invalid_source");
    assert.deepEqual(it.events.map(({ type }) => type), told);
  }
});

Deno.test("an unknown path or method asks no database, and is counted against the address", async () => {
  await using it = rig();
  assert.equal(await codeOf(await it.ask("/x/wp-login.php")), "not_found");
  assert.equal(await codeOf(await it.ask("/x/it", {}, "DELETE")), "method_not_allowed");
  assert.deepEqual(it.steps, ["admit 192.0.2.7", "admit 192.0.2.7"]);
  assert.deepEqual(it.strikes, ["probing 192.0.2.7"]);
  assert.deepEqual(it.events[0]?.context.address, "192.0.2.7");
});

Deno.test("a blocked address finds nothing behind any path", async () => {
  const admit = () => Promise.reject(new Fault("address_blocked", undefined, { retryAfter: 60 }));
  await using it = rig({ limits: { admit } });
  for (const path of ["/x/it?n=1", "/x/nothing", "/x/health"]) {
    const response = await it.ask(path);
    assert.equal(response.headers.get("retry-after"), "60");
    assert.equal(await codeOf(response), "address_blocked");
  }
});

const odd: Record<string, [string, Record<string, string>, string, string]> = {
  "an over-long credential": [
    "/x/it?n=1",
    { authorization: `Bearer ${"a".repeat(8_193)}` },
    "token_invalid",
    "long_credential",
  ],
  "an over-long header": [
    "/x/it?n=1",
    { prefer: "a".repeat(4_097) },
    "invalid_request",
    "odd_header",
  ],
  "a control character in a header": [
    "/x/it?n=1",
    { "idempotency-key": "a\x01b" },
    "invalid_request",
    "odd_header",
  ],
  "a null character in a value": ["/x/it?n=a%00", {}, "invalid_request", "null_byte"],
};

for (const [what, [path, headers, code, why]] of Object.entries(odd)) {
  Deno.test(`${what} is refused as ${code}, and is told to the watch`, async () => {
    await using it = rig();
    const response = await it.ask(path, headers);
    assert.equal(await codeOf(response), code);
    const told = it.events.filter(({ type }) => type === "suspicious");
    assert.deepEqual(told.map(({ data }) => data), [{ why }]);
    assert.ok(it.events.every(({ type }) => type !== "rejected"));
  });
}

Deno.test("a header that is no UTF-8 breaks nothing", async () => {
  await using it = rig();
  const latin = { "user-agent": "caf\xe9 \xff", prefer: "\xff", accept: "\xe9" };
  assert.equal((await it.ask("/x/it?n=1", latin)).status, 200);
});

Deno.test("an API key is taken from nowhere but Authorization", async () => {
  const { key } = await generateKey("live");
  await using it = rig();
  const places: [string, Record<string, string>, string][] = [
    [`/x/it?n=1&key=${key}`, {}, "invalid_request"],
    [`/x/it?n=1&access_token=${encodeURIComponent(`Bearer ${key}`)}`, {}, "invalid_request"],
    [`/x/it?n=1&t=eyJhbGciOi.eyJzdWIi.c2ln`, {}, "invalid_request"],
    [`/x/it?n=1&key=${key.replace("_", "%5F")}`, {}, "invalid_request"],
    [`/x/nothing?key=${key}`, {}, "invalid_request"],
    ["/x/it?n=1", { apikey: key }, "key_invalid"],
  ];
  for (const [path, headers, code] of places) {
    assert.equal(await codeOf(await it.ask(path, headers)), code, path);
  }
  assert.ok(!it.steps.includes("authenticate"));
  assert.ok(!JSON.stringify([it.events, it.lines]).includes(key.slice(0, 20)));
});

Deno.test("a key of an app beside the caller's own credential is Supabase's affair", async () => {
  await using it = rig();
  assert.equal((await it.ask("/x/it?n=1", { apikey: "sb_publishable_x" })).status, 200);
});

Deno.test("nothing of a credential stands in an answer, an event or a log line", async () => {
  const { key } = await generateKey("live");
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const { info, error } = console;
  Object.assign(console, { info: write, error: write });
  try {
    const rule = () => Promise.reject(new Error(`fetch failed: Bearer ${key}`));
    await using it = rig({ rule, parts: { log: createLog({}) } });
    const headers = { authorization: `Bearer ${key}`, "user-agent": `x ${key}` };
    const asked = [it.ask("/x/it?n=1", headers), it.ask(`/x/it?n=${key}`, headers)];
    const answers = await Promise.all(asked.map(async (answer) => (await answer).text()));
    assert.match(lines.join(), /fetch failed: Bearer \[secret\]/);
    const events = it.events.map(({ context: _, ...event }) => event);
    assert.ok(!JSON.stringify([answers, lines, events]).includes(key.slice(9, 25)));
  } finally {
    Object.assign(console, { info, error });
  }
});

Deno.test("no other site makes a visitor's browser do what the visitor is blocked for", async () => {
  await using it = rig();
  for (const mode of ["no-cors", "navigate"]) {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": mode };
    assert.equal(await codeOf(await it.ask("/x/wp-login.php", headers)), "forbidden");
  }
  assert.deepEqual(it.strikes, []);
  const app = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
  assert.equal((await it.ask("/x/it?n=1", app)).status, 200);
});

Deno.test("the head of a stream is refused, since nobody would read or end it", async () => {
  await using it = rig();
  const stream = { accept: "text/event-stream" };
  assert.equal((await it.ask("/x/it?n=1", stream, "HEAD")).status, 405);
  assert.equal((await it.ask("/x/it?n=1", {}, "HEAD")).status, 200);
});
