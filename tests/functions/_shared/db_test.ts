import assert from "@std/assert";
import { rows, userDb } from "../../../supabase/functions/_shared/db.ts";
import type { Env } from "../../../supabase/functions/_shared/env.ts";
import { Fault } from "../../../supabase/functions/_shared/fault.ts";
import { createService } from "../../../supabase/functions/_shared/service.ts";
import { ENV } from "./platform.ts";

/** What a caller would hear when the Data API answers like this, and how often it was asked. */
async function heard(
  answer: (request: Request) => Response | Promise<Response>,
  calls: (env: Env) => PromiseLike<Parameters<typeof rows>[0]>[] = bothClients,
) {
  let asked = 0;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked++;
    return answer(request);
  });
  const env = { ...ENV, supabaseUrl: `http://127.0.0.1:${server.addr.port}` };
  const faults = await Promise.all(calls(env).map((call) => call.then(fault)));
  return { faults, asked };
}

function bothClients(env: Env) {
  return [
    userDb(env, () => Promise.resolve("t")).from("agents").select("id"),
    createService(env)()("settle_run", { run_id: "r", ending: "{}" }),
  ];
}

function fault(reply: Parameters<typeof rows>[0]): Fault {
  try {
    rows(reply);
  } catch (err) {
    if (err instanceof Fault) return err;
    throw err;
  }
  throw new Error("nothing was refused");
}

const refusal = (status: number, error: Record<string, unknown>) => () =>
  Response.json({ message: "m", details: null, hint: null, ...error }, { status });

const cases: Record<string, [() => Response, string]> = {
  "a gateway's page": [() => new Response("<html>", { status: 502 }), "database_unavailable"],
  "no connection to Postgres": [refusal(503, { code: "PGRST002" }), "database_unavailable"],
  "a statement that took too long": [refusal(500, { code: "57014" }), "database_unavailable"],
  "a Postgres that comes up": [refusal(503, { code: "57P03" }), "database_unavailable"],
  "a token that expired on the way": [refusal(401, { code: "PGRST303" }), "token_expired"],
  "a null character": [refusal(400, { code: "22021" }), "invalid_request"],
  "a row that is hidden": [refusal(403, { code: "42501" }), "not_found"],
  "a code of ours": [refusal(409, { code: "PT409", message: "agent_busy" }), "agent_busy"],
  "a code that is not ours": [refusal(409, { code: "PT409", message: "toString" }), "internal"],
};

for (const [what, [answer, code]] of Object.entries(cases)) {
  Deno.test(`the Data API answering ${what} is told as ${code}`, async () => {
    const { faults } = await heard(answer);
    assert.deepEqual(faults.map((fault) => fault.code), [code, code]);
  });
}

Deno.test("what a failed constraint says of a row goes nowhere", async () => {
  const details = "Failing row contains (source of a user)";
  const { faults } = await heard(refusal(400, { code: "23514", details }));
  for (const { code, detail, cause } of faults) {
    assert.equal(code, "internal");
    assert.doesNotMatch(`${detail} ${cause}`, /source of a user/);
  }
});

Deno.test("a database that hangs is given up after a while, and is asked once", async () => {
  const { faults, asked } = await heard(({ signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response())))
  );
  assert.deepEqual(faults.map(({ code }) => code), [
    "database_unavailable",
    "database_unavailable",
  ]);
  assert.equal(asked, 2);
});

Deno.test("a call of the service is given up when its signal says so, as if nobody had answered", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response()))),
  );
  const env = { ...ENV, supabaseUrl: `http://127.0.0.1:${server.addr.port}` };
  const call = createService(env)()(
    "append_run_events",
    { run_id: "r", events: "[]" },
    patience(20),
  );
  assert.equal(fault(await call).code, "database_unavailable");
});

/** What the Data API is sent in the headers of a call. */
async function sent(work: (env: Env) => PromiseLike<unknown>): Promise<Headers> {
  let headers = new Headers();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    headers = request.headers;
    return Response.json(null);
  });
  await work({ ...ENV, supabaseUrl: `http://127.0.0.1:${server.addr.port}` });
  return headers;
}

Deno.test("the database is told on whose request it is called, and who calls is the caller's token", async () => {
  const context = () => Promise.resolve(["x-on-request", "r1"] as const);
  const user = await sent((env) =>
    userDb(env, () => Promise.resolve("t"), context).from("agents").select("id")
  );
  assert.deepEqual(
    ["authorization", "apikey", "x-on-request"].map((name) => user.get(name)),
    ["Bearer t", "sb_publishable_1", "r1"],
  );
  const args = { run_id: "r", ending: "{}" };
  const service = await sent((env) => createService(env)(context)("settle_run", args));
  assert.deepEqual(
    ["apikey", "x-on-request"].map((name) => service.get(name)),
    ["sb_secret_1", "r1"],
  );
});

Deno.test("a credential that has ended is told as what it is, and the database is not called", async () => {
  const { faults, asked } = await heard(
    () => new Response(),
    (env) => [
      userDb(env, () => Promise.reject(new Fault("key_revoked", "Gone."))).from("agents").select(
        "id",
      ),
    ],
  );
  assert.deepEqual(faults.map(({ code, detail }) => [code, detail]), [["key_revoked", "Gone."]]);
  assert.equal(asked, 0);
});

function patience(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}
