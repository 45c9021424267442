import assert from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import { importJWK, SignJWT } from "jose";
import postgres from "postgres";
import { uuid7 } from "../../supabase/functions/_shared/ids.ts";
import { ADDRESS_HEADER, anonymous, call, newAddress, person, testStack } from "../stack.ts";

const SOURCE = "export default (input: { n: number }) => ({ twice: input.n * 2 });";
const stack = testStack();

Deno.test("a user signs up, creates an agent, lists it, executes it and reads the result", async () => {
  const ann = await person("ann");
  const { error } = await ann.supabase.functions.invoke("agents", {
    body: { name: "double", source: SOURCE },
  });
  assert.equal(error, null);
  const listed = await ann.supabase.functions.invoke("agents", { method: "GET" });
  assert.deepEqual(listed.data.data.map(({ name }: { name: string }) => name), ["double"]);
  const { data: run } = await ann.supabase.functions.invoke("execute/agents/double", {
    body: { input: { n: 21 } },
  });
  assert.deepEqual([run.status, run.output], ["succeeded", { twice: 42 }]);
  const read = await ann.supabase.functions.invoke(`execute/runs/${run.id}`, { method: "GET" });
  assert.deepEqual(read.data, run);
});

Deno.test("a second user sees nothing of it, through the functions or around them", async () => {
  const [ann, bob] = [await person("ann"), await person("bob")];
  await ann.call("POST", "/agents", { body: { name: "mine", source: SOURCE } });
  const { id } = await (await ann.call("POST", "/execute/agents/mine", {
    body: { input: { n: 1 } },
  })).json();
  assert.match(id, /^run_/);
  assert.deepEqual((await (await bob.call("GET", "/agents")).json()).data, []);
  for (const table of ["agents", "agent_versions", "runs", "run_events"] as const) {
    const theirs = await bob.supabase.from(table).select("*");
    assert.deepEqual([theirs.error, theirs.data], [null, []], table);
    const own = await ann.supabase.from(table).select("*");
    assert.ok((own.data ?? []).length > 0, table);
  }
});

Deno.test("nobody writes into tables, or calls what only the service may call", async () => {
  const ann = await person("ann");
  const row = { owner_id: ann.id, name: "direct" };
  for (const client of [ann.supabase, anonymous()]) {
    const inserted = await client.from("agents").insert(row);
    assert.equal(inserted.error?.code, "42501");
    const settled = await client.rpc("settle_run", { run_id: crypto.randomUUID(), ending: "{}" });
    assert.equal(settled.error?.code, "42501");
  }
  const hidden = await fetch(`${stack.url}/rest/v1/settings`, {
    headers: {
      apikey: stack.publishableKey,
      authorization: `Bearer ${ann.token}`,
      "accept-profile": "app",
    },
  });
  assert.equal(hidden.status, 406);
  await hidden.body?.cancel();
});

Deno.test("an anonymous caller gets the same bytes for what is there and what is not", async () => {
  const ann = await person("ann");
  await ann.call("POST", "/agents", { body: { name: "there", source: SOURCE } });
  const ask = async (method: string, path: string) => {
    const init = { headers: { "x-request-id": "same" } };
    const response = await call(stack, method, path, init);
    return `${response.status} ${await response.text()}`;
  };
  const there = await ask("GET", "/agents/there");
  assert.equal(there, await ask("GET", "/agents/not-there"));
  assert.match(there, /^401 .*"unauthenticated"/);
  assert.match(await ask("POST", "/execute/agents/there"), /^401 /);
  const rest = await anonymous().from("agents").select("*");
  assert.equal(rest.error?.code, "42501");
});

Deno.test("every broken token is refused with its own code, by every function", async () => {
  const ann = await person("ann");
  const [header = "", payload = "", signature = ""] = ann.token.split(".");
  const key = await importJWK(stack.signingKey, "ES256");
  const sign = (claims: Record<string, unknown>, expires = "5m") =>
    new SignJWT({ sub: ann.id, role: "authenticated", ...claims })
      .setProtectedHeader({ alg: "ES256", kid: String(stack.signingKey.kid) })
      .setIssuer(String(claims.iss ?? `${stack.url}/auth/v1`))
      .setAudience(String(claims.aud ?? "authenticated"))
      .setExpirationTime(expires)
      .sign(key);
  const none = btoa('{"alg":"none","typ":"JWT"}').replaceAll("=", "");
  const tokens: Record<string, [string, string]> = {
    "expired": [await sign({}, "-1m"), "token_expired"],
    "foreign-signed": [
      `${header}.${payload}.${signature.split("").reverse().join("")}`,
      "token_invalid",
    ],
    "alg:none": [`${none}.${payload}.`, "token_invalid"],
    "wrong audience": [await sign({ aud: "else" }), "token_invalid"],
    "wrong issuer": [await sign({ iss: "https://evil.test" }), "token_invalid"],
    "service_role": [await sign({ role: "service_role" }), "token_invalid"],
    "a publishable key": [stack.publishableKey, "token_invalid"],
    "a secret key": [stack.secretKey, "token_invalid"],
  };
  for (const [what, [token, code]] of Object.entries(tokens)) {
    for (const path of ["/agents", "/execute/runs/run_x", "/admin/sandbox"]) {
      const response = await call(stack, "GET", path, { token });
      const problem = await response.json();
      assert.deepEqual([response.status, problem.code], [401, code], `${what} on ${path}`);
      assert.ok(!JSON.stringify(problem).includes(token));
    }
  }
  assert.equal((await call(stack, "GET", "/agents", { token: await sign({}) })).status, 200);
});

Deno.test("a run goes on when its caller leaves, and can be read afterwards", async () => {
  const ann = await person("ann");
  const source = `export default async (_input, agent) => {
    for (let i = 0; i < 4; i++) {
      agent.log("tick " + i);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return "finished alone";
  };`;
  await ann.call("POST", "/agents", { body: { name: "alone", source, language: "javascript" } });
  const stream = await ann.call("POST", "/execute/agents/alone", {
    body: { input: null },
    headers: { accept: "text/event-stream" },
  });
  const id = stream.headers.get("location")?.split("/").at(-1);
  const reader = stream.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  const followed = await ann.call("GET", `/execute/runs/${id}/events`, {
    headers: { accept: "text/event-stream" },
  });
  const text = await followed.text();
  assert.match(text, /tick 3/);
  assert.equal(text.match(/^event: run\./gm)?.length, 2);
  const run = await (await ann.call("GET", `/execute/runs/${id}`)).json();
  assert.deepEqual([run.status, run.output], ["succeeded", "finished alone"]);
});

Deno.test("the OpenAPI document describes every route, to anyone", async () => {
  const response = await call(stack, "GET", "/agents/openapi.json");
  const document = await response.json();
  assert.equal(document.openapi, "3.1.0");
  assert.ok(
    ["/agents/{name}", "/execute/agents/{name}", "/admin/sandbox"].every((path) =>
      path in document.paths
    ),
  );
});

Deno.test("a user has so many executions a minute, and is told how many are left", async () => {
  const ann = await person("ann");
  // From everywhere, since whoever asks from one place for what is not there is blocked.
  const missing = () => {
    const headers = { [ADDRESS_HEADER]: newAddress() };
    return ann.call("POST", "/execute/agents/none", { body: { input: null }, headers });
  };
  const first = await missing();
  assert.equal(first.headers.get("ratelimit-policy"), '"execute";q=60;w=60');
  assert.match(first.headers.get("ratelimit") ?? "", /^"execute";r=59;t=\d+$/);
  // Twice the budget and more: some are refused, wherever in its window the clock stands.
  const rest: Response[] = [];
  while (rest.length < 149) rest.push(...await Promise.all(Array.from({ length: 15 }, missing)));
  const limited = rest.filter(({ status }) => status === 429);
  assert.ok(limited.length >= 30, `${limited.length} were refused`);
  assert.ok(Number(limited[0]?.headers.get("retry-after")) > 0);
  assert.equal((await limited[0]?.json()).code, "rate_limited");
});

/** Changes what only an operator can change. */
async function asOperator(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(stack.adminUrl, { max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

Deno.test("a role without streaming opens no stream, on any route", async () => {
  const ann = await person("ann");
  await ann.call("POST", "/agents", { body: { name: "mine", source: SOURCE } });
  const { id } = await (await ann.call("POST", "/execute/agents/mine", {
    body: { input: { n: 1 } },
  })).json();
  const role = "user";
  await asOperator((sql) =>
    sql`insert into app.user_roles (user_id, role) values (${ann.id}, ${role})`
  );
  const headers = { accept: "text/event-stream" };
  const streams = [
    await ann.call("POST", "/execute/agents/mine", { headers, body: { input: { n: 1 } } }),
    await ann.call("GET", `/execute/runs/${id}/events`, { headers }),
  ];
  for (const response of streams) {
    assert.deepEqual([response.status, (await response.json()).code], [403, "forbidden"]);
  }
  assert.equal((await ann.call("GET", `/execute/runs/${id}/events`)).status, 200);
});

Deno.test("a viewer reads, and is refused everything else with its own code", async () => {
  const ann = await person("ann");
  await ann.call("POST", "/agents", { body: { name: "mine", source: SOURCE } });
  await asOperator((sql) =>
    sql`insert into app.user_roles (user_id, role) values (${ann.id}, 'viewer')`
  );
  assert.equal((await ann.call("GET", "/agents/mine")).status, 200);
  const refused = [
    await ann.call("POST", "/agents", { body: { name: "other", source: SOURCE } }),
    await ann.call("PATCH", "/agents/mine", { body: { description: "x" } }),
    await ann.call("DELETE", "/agents/mine"),
    await ann.call("POST", "/agents/mine/versions", { body: { source: SOURCE } }),
    await ann.call("POST", "/execute/agents/mine", { body: { input: { n: 1 } } }),
  ];
  for (const response of refused) {
    assert.deepEqual([response.status, (await response.json()).code], [403, "forbidden"]);
  }
});

Deno.test("an anonymous sign-in has no rights, in the functions or around them", async () => {
  const ann = await person("ann");
  await asOperator((sql) => sql`update auth.users set is_anonymous = true where id = ${ann.id}`);
  const made = await ann.supabase.rpc("create_agent", {
    name: "x",
    description: "",
    source: SOURCE,
    language: "typescript",
  });
  assert.equal(made.error?.message, "forbidden");
});

Deno.test("a run starts only the very version whose program was read", async () => {
  const ann = await person("ann");
  await ann.call("POST", "/agents", { body: { name: "mine", source: SOURCE } });
  const service = createClient(stack.url, stack.secretKey, { auth: { persistSession: false } });
  const start = (program_id: string) =>
    service.rpc("start_run", {
      run_id: uuid7(),
      caller: ann.id,
      agent_name: "mine",
      version: 1,
      input: "null",
      engine: "test",
      layers: [],
      limits: "{}",
      wall_ms: 1,
      request_id: "r",
      program_id,
    });
  const { data } = await ann.supabase.rpc("find_program", { agent_name: "mine" }).single();
  assert.equal((await start(crypto.randomUUID())).error?.message, "not_found");
  assert.equal((await start(data?.id ?? "")).error, null);
});
