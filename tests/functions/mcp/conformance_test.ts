import assert from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { ADDRESS_HEADER, newAddress, person, testStack } from "../../stack.ts";
import { agentOf } from "./rig.ts";

const SUITE = config.imports["@modelcontextprotocol/conformance"];
const BASELINE = new URL("./conformance.yml", import.meta.url).pathname;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

/** What the suite asks for by names of its own, and what is such a thing here. */
const NAMES: Record<string, string> = {
  '"name":"test_': '"name":"agent_test_',
  "test://static-text": "cloister://agents/test_simple_text/source",
  "test://template/123/data": "cloister://agents/test_template/versions/1",
};

/** Agents that do what the suite has a server's tools do. */
const AGENTS: Record<string, string> = {
  test_simple_text: "export default () => 'This is a simple text response for testing.';",
  test_error_handling: "export default () => { throw new Error('intentionally'); };",
  test_template: "export default () => 123;",
  test_tool_with_progress: "export default (_, agent) => { agent.log(50); agent.log(100); };",
};

/** The stack's MCP endpoint, for a suite that brings no credential: each request is somebody's. */
function proxyFor(token: string): Deno.HttpServer<Deno.NetAddr> {
  const target = `${testStack().url}/functions/v1/mcp`;
  const address = newAddress();
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const headers = new Headers(request.headers);
    for (const name of ["host", "content-length"]) headers.delete(name);
    headers.set("authorization", `Bearer ${token}`);
    headers.set(ADDRESS_HEADER, address);
    let body = await request.text();
    for (const [theirs, ours] of Object.entries(NAMES)) body = body.replaceAll(theirs, ours);
    const { method } = request;
    return await fetch(target, { method, headers, body: method === "POST" ? body : null });
  });
}

/** The scenarios that docs/mcp.md says pass. */
async function claimed(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("../../../docs/mcp.md", import.meta.url));
  const [, list = ""] = /scenarios apply and pass: ([^.]+)\./.exec(text) ?? [];
  const names = [...list.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name);
  assert.ok(names.length > 0);
  return names;
}

Deno.test("the scenarios of the public conformance suite that apply pass, and no other does", async () => {
  const who = await person("conformance");
  for (const [name, source] of Object.entries(AGENTS)) await agentOf(who, { name, source });
  await using proxy = proxyFor(who.token);
  const folder = await Deno.makeTempDir({ prefix: "cloister-conformance-" });
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "--config", CONFIG, SUITE, "server"],
      ...["--url", `http://127.0.0.1:${proxy.addr.port}/mcp`, "--expected-failures", BASELINE],
    ],
    cwd: folder,
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  await Deno.remove(folder, { recursive: true });
  assert.ok(success, text);
  for (const scenario of await claimed()) {
    assert.match(text, new RegExp(`✓ ${scenario}: [1-9]\\d* passed, 0 failed`), scenario);
  }
});
