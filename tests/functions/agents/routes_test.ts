import assert from "@std/assert";
import app from "../../../supabase/functions/agents/index.ts";
import { becomeQuiet } from "../../background.ts";
import { ADDRESS_HEADER, type Person, person } from "../../stack.ts";

const SOURCE = "export default (input: { n: number }) => input.n + 1;";

/** The app itself, without a port, as a person. */
function as({ token, address }: Person) {
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        [ADDRESS_HEADER]: address,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
}

const nested = (depth: number): unknown =>
  JSON.parse('{"items":'.repeat(depth) + "{}" + "}".repeat(depth));

async function codeOf(response: Response, status: number): Promise<string> {
  const body = await response.json();
  assert.equal(response.status, status, JSON.stringify(body));
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(body.status, status);
  return body.code;
}

Deno.test("POST /agents creates an agent with its first version, published", async () => {
  const ann = as(await person("ann"));
  const created = await ann("POST", "/agents", { name: "adder", source: SOURCE });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("location"), "/functions/v1/agents/adder");
  const agent = await created.json();
  assert.match(agent.id, /^agent_[0-9a-f]{32}$/);
  assert.deepEqual([agent.name, agent.state, agent.current_version], ["adder", "active", 1]);
  const version = await (await ann("GET", "/agents/adder/versions/1")).json();
  assert.equal(version.source, SOURCE);
  assert.match(version.source_hash, /^[0-9a-f]{64}$/);
});

Deno.test("GET /agents lists the caller's agents, newest first, page by page", async () => {
  const ann = as(await person("ann"));
  for (const name of ["a1", "a2", "a3"]) await ann("POST", "/agents", { name, source: SOURCE });
  const first = await (await ann("GET", "/agents?limit=2")).json();
  assert.deepEqual(first.data.map(({ name }: { name: string }) => name), ["a3", "a2"]);
  const rest = await (await ann("GET", `/agents?limit=2&cursor=${first.next_cursor}`)).json();
  assert.deepEqual(rest.data.map(({ name }: { name: string }) => name), ["a1"]);
  assert.equal(rest.next_cursor, null);
  const bob = as(await person("bob"));
  const stolen = await bob("GET", `/agents?cursor=${first.next_cursor}`);
  assert.equal(await codeOf(stolen, 400), "invalid_cursor");
  await becomeQuiet();
});

Deno.test("every route of an agent cannot tell a hidden agent from a missing one", async () => {
  const ann = as(await person("ann"));
  const bob = as(await person("bob"));
  await ann("POST", "/agents", { name: "secret", source: SOURCE });
  const routes: [string, string, unknown?][] = [
    ["GET", ""],
    ["PATCH", "", { description: "x" }],
    ["DELETE", ""],
    ["POST", "/archive"],
    ["POST", "/restore"],
    ["POST", "/publish", { version: 1 }],
    ["GET", "/versions"],
    ["POST", "/versions", { source: SOURCE }],
    ["GET", "/versions/1"],
    ["GET", "/versions/1/diff?against=1"],
    ["GET", "/runs"],
  ];
  for (const [method, path, body] of routes) {
    const ask = async (name: string) => {
      const response = await bob(method, `/agents/${name}${path}`, body, { "x-request-id": "r1" });
      return `${response.status} ${await response.text()}`;
    };
    const hidden = await ask("secret");
    assert.equal(hidden, await ask("missing"), `${method} ${path}`);
    assert.match(hidden, /^404 .*"not_found"/);
  }
  assert.equal((await ann("GET", "/agents/secret")).status, 200);
  await becomeQuiet();
});

Deno.test("versions are added, published, compared and rolled back to", async () => {
  const ann = as(await person("ann"));
  await ann("POST", "/agents", { name: "grow", source: "export default () => 1;\n" });
  const second = await ann("POST", "/agents/grow/versions", {
    source: "export default () => 2;\n",
    input_schema: { type: "object" },
  });
  assert.equal(second.status, 201);
  assert.equal((await second.json()).version, 2);
  const diff = await (await ann("GET", "/agents/grow/versions/2/diff")).json();
  assert.match(diff.patch, /-export default \(\) => 1;\n\+export default \(\) => 2;/);
  const rolledBack = await ann("POST", "/agents/grow/publish", { version: 1 });
  assert.equal((await rolledBack.json()).current_version, 1);
  const draft = { source: "export default () => 3;", publish: false };
  assert.equal((await ann("POST", "/agents/grow/versions", draft)).status, 201);
  assert.equal((await (await ann("GET", "/agents/grow")).json()).current_version, 1);
  const list = await (await ann("GET", "/agents/grow/versions?limit=2")).json();
  assert.deepEqual(list.data.map(({ version }: { version: number }) => version), [3, 2]);
  assert.equal(
    await codeOf(await ann("POST", "/agents/grow/publish", { version: 9 }), 404),
    "not_found",
  );
  await becomeQuiet();
});

Deno.test("an agent is renamed, archived, restored and deleted", async () => {
  const ann = as(await person("ann"));
  await ann("POST", "/agents", { name: "one", source: SOURCE });
  await ann("POST", "/agents", { name: "two", source: SOURCE });
  assert.equal(await codeOf(await ann("PATCH", "/agents/one", { name: "two" }), 409), "name_taken");
  assert.equal((await ann("PATCH", "/agents/one", { name: "uno", description: "d" })).status, 200);
  assert.equal((await (await ann("POST", "/agents/uno/archive")).json()).state, "archived");
  const active = await (await ann("GET", "/agents?state=active")).json();
  assert.deepEqual(active.data.map(({ name }: { name: string }) => name), ["two"]);
  assert.equal((await (await ann("POST", "/agents/uno/restore")).json()).state, "active");
  assert.equal((await ann("DELETE", "/agents/uno")).status, 204);
  assert.equal((await ann("GET", "/agents/uno")).status, 404);
  await becomeQuiet();
});

Deno.test("POST /agents refuses what cannot be an agent, and writes nothing of it", async () => {
  const ann = as(await person("ann"));
  const draft = { name: "good", source: SOURCE };
  const cases: [unknown, number, string][] = [
    [{ ...draft, name: "../etc" }, 400, "invalid_request"],
    [{ ...draft, name: "A" }, 400, "invalid_request"],
    [{ ...draft, owner_id: "someone" }, 400, "invalid_request"],
    [{ ...draft, description: "x".repeat(2_001) }, 400, "invalid_request"],
    [{ ...draft, source: "" }, 400, "invalid_request"],
    [{ ...draft, source: `// ${"x".repeat(256 * 1024)}\n${SOURCE}` }, 400, "invalid_request"],
    [{ ...draft, source: `// ${"é".repeat(200_000)}\n${SOURCE}` }, 422, "invalid_source"],
    [{ ...draft, source: "export default (" }, 422, "invalid_source"],
    [{ ...draft, source: 'import "npm:x"; export default 1' }, 422, "invalid_source"],
    [{ ...draft, source: `${SOURCE}// \0` }, 400, "invalid_request"],
    [{ ...draft, source: `${SOURCE}// \ud800` }, 400, "invalid_request"],
    [{ ...draft, description: "\0" }, 400, "invalid_request"],
    [{ ...draft, input_schema: { type: "string", pattern: "(a+)+" } }, 400, "invalid_request"],
    [{ ...draft, input_schema: nested(2_000) }, 400, "invalid_request"],
    [{ ...draft, input_schema: { default: "x".repeat(17_000) } }, 400, "invalid_request"],
    [{ ...draft, input_schema: { type: "string", default: 5 } }, 422, "invalid_input_schema"],
    ["{", 400, "invalid_json"],
    ["x".repeat(1_100_000), 413, "body_too_large"],
  ];
  for (const [body, status, code] of cases) {
    assert.equal(await codeOf(await ann("POST", "/agents", body), status), code);
  }
  const form = await ann("POST", "/agents", "a=1", { "content-type": "text/plain" });
  assert.equal(await codeOf(form, 415), "unsupported_media_type");
  assert.deepEqual((await (await ann("GET", "/agents")).json()).data, []);
  await becomeQuiet();
});

Deno.test("a syntax error is answered with its line and column", async () => {
  const ann = as(await person("ann"));
  const source = "export default () => {\n  const a = ;\n};";
  const response = await ann("POST", "/agents", { name: "broken", source });
  const [finding] = (await response.json()).errors;
  assert.deepEqual([finding.line, finding.column], [2, 13]);
});

Deno.test("a name is taken once per owner, and free for everybody else", async () => {
  const [ann, bob] = [as(await person("ann")), as(await person("bob"))];
  const draft = { name: "same", source: SOURCE };
  assert.equal((await ann("POST", "/agents", draft)).status, 201);
  assert.equal(await codeOf(await ann("POST", "/agents", draft), 409), "name_taken");
  assert.equal((await bob("POST", "/agents", draft)).status, 201);
  await becomeQuiet();
});

Deno.test("an unknown path and an unknown method are told apart", async () => {
  const ann = as(await person("ann"));
  assert.equal(await codeOf(await ann("GET", "/agents/x/y/z/1"), 404), "not_found");
  const put = await ann("PUT", "/agents/x", {});
  assert.equal(put.headers.get("allow"), "GET, PATCH, DELETE");
  assert.equal(await codeOf(put, 405), "method_not_allowed");
  await becomeQuiet();
});

Deno.test("every answer carries the request id, security headers and CORS, errors included", async () => {
  const response = await app.request("/agents", {
    headers: { origin: "https://app.test", "x-request-id": "abc-1" },
  });
  assert.equal(response.status, 401);
  const get = (name: string) => response.headers.get(name);
  assert.equal(get("x-request-id"), "abc-1");
  assert.equal((await response.json()).request_id, "abc-1");
  assert.equal(get("access-control-allow-origin"), "*");
  assert.match(get("access-control-expose-headers") ?? "", /\bretry-after\b.*\bx-request-id\b/);
  assert.equal(get("x-content-type-options"), "nosniff");
  assert.equal(get("cache-control"), "no-store");
  assert.equal(get("www-authenticate"), "Bearer");
  await becomeQuiet();
});

Deno.test("a browser's preflight is answered without credentials", async () => {
  const response = await app.request("/agents", {
    method: "OPTIONS",
    headers: {
      origin: "https://app.test",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,x-client-info,apikey,idempotency-key",
    },
  });
  assert.equal(response.status, 204);
  const allowed = response.headers.get("access-control-allow-headers") ?? "";
  for (const name of ["authorization", "x-client-info", "apikey", "idempotency-key"]) {
    assert.ok(allowed.toLowerCase().includes(name), name);
  }
});

Deno.test("a request id that could forge a log line is replaced", async () => {
  const response = await app.request("/agents", { headers: { "x-request-id": "a b<script>" } });
  assert.match(response.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
});

Deno.test("no agent takes a name whose address is another route's", async () => {
  const ann = as(await person("ann"));
  await ann("POST", "/agents", { name: "one", source: SOURCE });
  for (const name of ["health", "limits", "drafts", "openapi"]) {
    const made = await ann("POST", "/agents", { name, source: SOURCE });
    assert.equal(await codeOf(made, 400), "invalid_request");
    const renamed = await ann("PATCH", "/agents/one", { name });
    assert.equal(await codeOf(renamed, 400), "invalid_request");
  }
  await becomeQuiet();
});
