import assert from "@std/assert";
import * as z from "zod";
import { createApp } from "../../../supabase/functions/_shared/app.ts";
import { createAccessBook } from "../../../supabase/functions/_shared/auth/access.ts";
import { generateKey } from "../../../supabase/functions/_shared/auth/key.ts";
import { Fault, type FaultCode } from "../../../supabase/functions/_shared/fault.ts";
import type { Charge, Limits } from "../../../supabase/functions/_shared/limit/limits.ts";
import { createLog } from "../../../supabase/functions/_shared/log.ts";
import type { Permission } from "../../../supabase/functions/_shared/permission.ts";
import type { Platform } from "../../../supabase/functions/_shared/platform.ts";
import { route, type Spec } from "../../../supabase/functions/_shared/route.ts";
import { text } from "../../../supabase/functions/_shared/schema.ts";
import { ACCESS, ANN, fakePlatform, NO_LIMITS } from "./platform.ts";

const KEY_ID = "0b5b8f1c-0000-4c0c-9a3e-0d8d3b9d6f22";
const BYTES = { authorization: "Bearer t", "x-client-address": "192.0.2.7" };

/** What a test app does differently. */
interface Setting {
  spec?: Partial<Pick<Spec, "streams" | "fresh" | "budget">>;
  needs?: Permission;
  rpc?: (name: string) => Response;
  limits?: Partial<Limits>;
  parts?: Partial<Platform>;
  rule?: () => Promise<unknown>;
}

/** An app with one route, and the order in which it asked the outside world. */
function rig({ spec, needs = "agents:read", rpc, limits, parts, rule }: Setting = {}) {
  const steps: string[] = [];
  const paid: Charge[] = [];
  const strikes: string[] = [];
  const outside = fakePlatform((name) => {
    steps.push(name);
    return rpc?.(name) ?? Response.json(name === "my_access" ? ACCESS : null);
  }, {
    authenticate: () => {
      steps.push("authenticate");
      return Promise.resolve(ANN);
    },
    limits: {
      ...NO_LIMITS,
      admit: (address) => Promise.resolve(void steps.push(`admit ${address}`)),
      take: (charges) => {
        steps.push("take");
        paid.push(...charges);
        return Promise.resolve([]);
      },
      strike: (address, rule) => {
        strikes.push(`${rule} ${address}`);
        return Promise.resolve(undefined);
      },
      ...limits,
    },
    ...parts,
  });
  const it = route(
    {
      method: "get",
      path: "/it",
      summary: "",
      accept: z.object({ query: z.object({ n: text(9) }) }),
      budget: "read",
      ...spec,
      needs,
    },
    rule ?? (() => Promise.resolve(steps.push("rule"))),
  );
  const app = createApp("x", outside.platform, [it]);
  const ask = (path = "/x/it?n=1", headers: Record<string, string> = {}, method = "GET") =>
    app.request(path, { method, headers: { ...BYTES, ...headers } });
  return { ...outside, app, ask, steps, paid, strikes };
}

async function codeOf(response: Response): Promise<string> {
  return (await response.json()).code;
}

const refuse = (status: number, code: FaultCode) =>
  Response.json({ code: `PT${status}`, message: code, details: "No." }, { status });

Deno.test("a request passes address, credential, budget, permission and input, in this order", async () => {
  await using it = rig({ needs: "admin" });
  assert.equal((await it.ask()).status, 200);
  assert.deepEqual(it.steps, [
    "admit 192.0.2.7",
    "authenticate",
    "my_access",
    "take",
    "require_permission",
    "rule",
  ]);
});

const stops: Record<string, [Setting, number]> = {
  "an address that is blocked": [{
    limits: { admit: () => Promise.reject(new Fault("address_blocked")) },
  }, 0],
  "a credential that is wrong": [{
    parts: { authenticate: () => Promise.reject(new Fault("token_invalid")) },
  }, 1],
  "a budget that is spent": [{
    limits: { take: () => Promise.reject(new Fault("rate_limited")) },
  }, 3],
  "a permission that is lacking": [{
    needs: "agents:write",
    rpc: (name) => name === "my_access" ? Response.json(ACCESS) : refuse(403, "forbidden"),
  }, 5],
};

for (const [what, [setting, reached]] of Object.entries(stops)) {
  Deno.test(`behind ${what} nothing more is asked, and no input is looked at`, async () => {
    await using it = rig(setting);
    const response = await it.ask("/x/it");
    assert.ok([401, 403, 429].includes(response.status), await response.text());
    assert.equal(it.steps.length, reached, it.steps.join());
  });
}

Deno.test("what a caller may is asked once in 30 s, and who may not is asked each time", async () => {
  let now = 0;
  let permissions = ["agents:read"];
  const rpc = (name: string) => {
    if (name === "my_access") return Response.json({ ...ACCESS, permissions });
    return permissions.includes("agents:write") ? Response.json(null) : refuse(403, "forbidden");
  };
  const parts = { access: createAccessBook(() => now) };
  await using reading = rig({ rpc, parts });
  await Promise.all([reading.ask(), reading.ask(), reading.ask()]);
  now = 29_999;
  await reading.ask();
  assert.deepEqual(reading.asked, ["my_access"]);
  now = 30_000;
  await reading.ask();
  assert.deepEqual(reading.asked, ["my_access", "my_access"]);

  await using writing = rig({ rpc, parts, needs: "agents:write" });
  assert.equal(await codeOf(await writing.ask()), "forbidden");
  assert.equal(await codeOf(await writing.ask()), "forbidden");
  permissions = ["agents:read", "agents:write"];
  assert.equal((await writing.ask()).status, 200, "a permission that was granted counts at once");
  assert.equal((await writing.ask()).status, 200);
  assert.deepEqual(writing.asked, [...Array(3).fill("require_permission"), "my_access"]);
});

Deno.test("a sensitive permission, and a route that Postgres does not guard, are asked each time", async () => {
  const rpc = (name: string) =>
    Response.json(
      name === "my_access" ? { ...ACCESS, permissions: ["admin", "agents:read"] } : null,
    );
  for (const setting of [{ needs: "admin" }, { spec: { fresh: true } }] as const) {
    await using it = rig({ ...setting, rpc });
    await it.ask();
    await it.ask();
    assert.equal(it.asked.filter((name) => name === "require_permission").length, 2);
  }
});

Deno.test("why a caller may not is what the database says of it", async () => {
  for (
    const [status, code] of [[423, "user_quarantined"], [401, "session_revoked"], [
      403,
      "mfa_required",
    ], [423, "execution_suspended"]] as const
  ) {
    const rpc = (name: string) =>
      name === "my_access" ? Response.json(ACCESS) : refuse(status, code);
    await using it = rig({ needs: "admin", rpc });
    const response = await it.ask();
    assert.equal(response.status, status);
    assert.equal(await codeOf(response), code);
  }
});

Deno.test("a user pays from their budget, and their key from its own besides", async () => {
  await using person = rig();
  await person.ask();
  const user = { budget: "read", subject: `user:${ANN.userId}`, quota: 600, windowS: 60 } as const;
  assert.deepEqual(person.paid, [user]);
  const keyed = { ...ANN, keyId: KEY_ID, via: "key" } as const;
  await using program = rig({ parts: { authenticate: () => Promise.resolve(keyed) } });
  await program.ask();
  assert.deepEqual(program.paid, [user, { ...user, subject: `key:${KEY_ID}` }]);
});

Deno.test("a stream pays for itself, and needs a permission that is asked for each time", async () => {
  const accept = { accept: "application/json;q=0.1, text/event-stream" };
  const permissions = ["agents:read", "agents:execute"];
  let permitted = false;
  const rpc = (name: string) => {
    if (name === "my_access") return Response.json({ ...ACCESS, permissions });
    return permitted ? Response.json(null) : refuse(403, "forbidden");
  };
  await using reading = rig({ spec: { streams: "agents:stream" }, rpc });
  assert.equal(await codeOf(await reading.ask("/x/it?n=1", accept)), "forbidden");
  assert.deepEqual(reading.paid.map(({ budget }) => budget), ["stream"]);
  assert.equal((await reading.ask()).status, 200);
  assert.deepEqual(reading.paid.map(({ budget }) => budget), ["stream", "read"]);

  permissions.push("agents:stream");
  await using running = rig({ spec: { streams: "agents:stream", budget: "execute" }, rpc });
  assert.equal(await codeOf(await running.ask("/x/it?n=1", accept)), "forbidden");
  permitted = true;
  assert.equal((await running.ask("/x/it?n=1", accept)).status, 200);
  assert.deepEqual(running.paid.slice(2).map(({ budget }) => budget), ["execute", "stream"]);
});

Deno.test("a token of ours that Postgres refuses is our trouble, and no attempt of the caller's", async () => {
  const keyed = { ...ANN, keyId: KEY_ID, via: "key" } as const;
  await using it = rig({
    rpc: () => Response.json({ code: "PGRST301", message: "no" }, { status: 401 }),
    parts: { authenticate: () => Promise.resolve(keyed) },
  });
  assert.equal(await codeOf(await it.ask()), "internal");
  assert.deepEqual(it.strikes, []);
  assert.match(it.lines.join(), /CLOISTER_SIGNING_KEY/);
});

const signs: [FaultCode, string, string[]][] = [
  ["token_invalid", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_invalid", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_expired", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_revoked", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["key_quarantined", "auth_failed", ["auth_failed 192.0.2.7"]],
  ["unauthenticated", "", []],
  ["token_expired", "", []],
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
