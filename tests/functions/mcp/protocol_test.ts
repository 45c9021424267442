import assert from "@std/assert";
import { FAULTS } from "../../../supabase/functions/_shared/fault.ts";
import app from "../../../supabase/functions/mcp/index.ts";
import { isWelcome } from "../../../supabase/functions/mcp/protocol/origin.ts";
import { placeOf } from "../../../supabase/functions/mcp/siblings/place.ts";
import { person } from "../../stack.ts";
import { promise } from "../matrix/cast.ts";
import { agentOf, connect, messagesOf, META, send } from "./rig.ts";

const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };

promise("without a good credential one is told where to read how to get one", async () => {
  for (const token of [undefined, "nonsense", `ck_test_${"0".repeat(65)}`]) {
    const response = await send(token, LIST);
    assert.equal(response.status, 401);
    await response.body?.cancel();
    const challenge = response.headers.get("www-authenticate") ?? "";
    const [, metadata = ""] = /^Bearer resource_metadata="([^"]+)"$/.exec(challenge) ?? [];
    assert.match(metadata, /\/functions\/v1\/mcp\/\.well-known\/oauth-protected-resource$/);
    const read = await app.request(new URL(metadata).pathname.replace("/functions/v1", ""));
    const { resource, authorization_servers: [issuer], ...rest } = await read.json();
    assert.equal(`${resource}/.well-known/oauth-protected-resource`, metadata);
    assert.match(issuer, /\/auth\/v1$/);
    assert.deepEqual(rest, { bearer_methods_supported: ["header"], resource_name: "Cloister" });
  }
});

promise("the world's address of a project is its issuer's", () => {
  const inner = { supabaseUrl: "http://kong:8000" };
  assert.deepEqual(placeOf({ ...inner, jwtIssuer: "https://api.example.com/auth/v1" }), {
    resource: "https://api.example.com/functions/v1/mcp",
    issuer: "https://api.example.com/auth/v1",
    functionsUrl: "http://kong:8000/functions/v1",
  });
  const { resource } = placeOf({ ...inner, jwtIssuer: "https://id.example.com" });
  assert.equal(resource, "http://kong:8000/functions/v1/mcp");
  return Promise.resolve();
});

promise("no page of an origin that nobody listed speaks MCP with us", async () => {
  const { token } = await person("origin");
  for (const origin of ["http://evil.example.com", "null", "http://localhost.evil.example"]) {
    const response = await send(token, LIST, { headers: { origin } });
    assert.equal(response.status, 403, origin);
    await response.body?.cancel();
  }
  const near = await send(token, LIST, { headers: { origin: "http://localhost:6274" } });
  assert.equal(near.status, 200);
  await near.body?.cancel();
  const welcome = {
    allowed: ["*", "https://app.example.com"],
    resource: "https://p.example.com/m",
  };
  const let_in = ["https://app.example.com", "https://p.example.com", "http://127.0.0.1:1"];
  for (const origin of let_in) assert.ok(isWelcome(origin, welcome), origin);
  for (const origin of ["*", "https://p.example.com.evil.example", "file://localhost"]) {
    assert.equal(isWelcome(origin, welcome), false, origin);
  }
});

promise("a list of messages, and what is no message, is refused as a whole", async () => {
  const { token } = await person("batch");
  const batch = Array.from({ length: 50 }, (_, id) => ({ ...LIST, id }));
  for (const message of [batch, [], "text", 7, { jsonrpc: "1.0" }]) {
    const response = await send(token, message);
    assert.equal(response.status, 400, JSON.stringify(message));
    await response.body?.cancel();
  }
});

promise("there is nothing to listen to: no stream is held open", async () => {
  const { token } = await person("listener");
  const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
  for (const method of ["GET", "DELETE"]) {
    const response = await app.request("/mcp", { method, headers });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST"]);
    await response.body?.cancel();
  }
  const listening = { jsonrpc: "2.0", id: 1, method: "subscriptions/listen" };
  const params = { _meta: META, notifications: { toolsListChanged: true } };
  const response = await send(token, { ...listening, params }, {
    headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen" },
  });
  const [answer] = await messagesOf(response);
  assert.ok(answer?.error, JSON.stringify(answer));
});

promise("revision 2026-07-28 is spoken without a handshake", async () => {
  const who = await person("modern");
  await agentOf(who);
  const ask = async (method: string, params = {}, name?: string) => {
    const message = { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: META } };
    const headers = {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(name && { "mcp-name": name }),
    };
    return await messagesOf(await send(who.token, message, { headers }));
  };
  const [found] = await ask("server/discover");
  assert.deepEqual(found?.result?.supportedVersions, ["2026-07-28"]);
  const [ran] = await ask(
    "tools/call",
    { name: "agent_echo", arguments: { input: 5 } },
    "agent_echo",
  );
  assert.match(JSON.stringify(ran?.result), /"output":5/);
  const [none] = await ask("tools/call", { name: "nothing", arguments: {} }, "nothing");
  assert.equal(none?.error?.code, -32602);
});

promise(
  "resources are the sources of agents and what runs answered, each its owner's",
  async () => {
    const [client, stranger] = [await connect("reader"), await connect("stranger")];
    const source = "export default (input) => ({ got: input });";
    await agentOf(client.who, { name: "kept", source });
    const { structuredContent: { run_id } } = await client.use("agent_kept", { input: [1] });
    const { result } = await client.ask("resources/list");
    assert.match(JSON.stringify(result), /cloister:\/\/agents\/kept\/source/);
    const read = async (by: typeof client, uri: string) =>
      await by.ask("resources/read", { uri }, { id: 1 });
    const uris = {
      "cloister://agents/kept/source": source,
      "cloister://agents/kept/versions/1": source,
      [`cloister://runs/${run_id}/output`]: '{"got":[1]}',
    };
    const none = await read(client, "cloister://agents/none/source");
    assert.equal(none.error?.code, -32602);
    for (const [uri, text] of Object.entries(uris)) {
      const { result } = await read(client, uri);
      assert.ok(JSON.stringify(result).includes(JSON.stringify(text)), uri);
      assert.deepEqual(await read(stranger, uri), none);
    }
    for (const odd of ["cloister://agents/../keys/source", "file:///etc/passwd", "cloister://"]) {
      assert.deepEqual(await read(client, odd), none, odd);
    }
  },
);

promise(
  "who is refused the handshake has no session, and an empty cursor is none of ours",
  async () => {
    const { token } = await person("odd");
    const hello = await send(token, { jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
    const [refused] = await messagesOf(hello);
    assert.ok(refused?.error);
    assert.equal(hello.headers.get("mcp-session-id"), null);
    const client = await connect("cursors");
    for (const method of ["tools/list", "resources/list"]) {
      const { error } = await client.ask(method, { cursor: "" });
      assert.deepEqual([error?.code, error?.message], [
        -32602,
        "invalid_cursor: " +
        FAULTS.invalid_cursor[1],
      ]);
    }
  },
);
