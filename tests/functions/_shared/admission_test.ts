import assert from "@std/assert";
import { createAccessBook } from "../../../supabase/functions/_shared/auth/access.ts";
import { Fault, type FaultCode } from "../../../supabase/functions/_shared/fault.ts";
import { codeOf, rig, type Setting } from "./admission_rig.ts";
import { ACCESS, ANN } from "./platform.ts";

const KEY_ID = "0b5b8f1c-0000-4c0c-9a3e-0d8d3b9d6f22";

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
