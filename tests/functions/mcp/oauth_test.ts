import assert from "@std/assert";
import { decodeJwt, importJWK, SignJWT } from "jose";
import { call, type Person, person, testStack } from "../../stack.ts";
import { promise } from "../matrix/cast.ts";
import { agentOf, connect } from "./rig.ts";

/** A token as the OAuth server of Auth issues it: the user's session, and the program's name. */
async function tokenFor({ token }: Person): Promise<string> {
  const { signingKey } = testStack();
  const key = await importJWK(signingKey, "ES256");
  return await new SignJWT({ ...decodeJwt(token), client_id: crypto.randomUUID() })
    .setProtectedHeader({ alg: "ES256", kid: String(signingKey.kid) }).sign(key);
}

promise(
  "a program that came by OAuth uses agents, and says nothing that a person has to",
  async () => {
    const who = await person("consenting");
    const token = await tokenFor(who);
    const client = await connect("program", token, who);
    const source = "export default (input) => input;";
    const made = { source, language: "javascript" };
    await client.use("create_agent", { ...made, name: "plain" });
    assert.equal((await client.use("agent_plain", { input: 3 })).structuredContent.output, 3);
    const policy = { search: { max_calls: 1 } };
    const grown = await client.use("create_version", { ...made, name: "plain", policy });
    assert.equal(JSON.parse(grown.content[0]?.text ?? "").approval, "needed");
    const first = await client.use("create_agent", { ...made, name: "reaching", policy });
    assert.equal(first.isError, false, first.content[0]?.text ?? "");
    const run = await client.use("run_agent", { agent: "reaching" });
    assert.equal(run.structuredContent.error?.code, "version_unapproved");
    const said = [
      call(testStack(), "POST", "/agents/reaching/versions/1/approve", { token }),
      call(testStack(), "POST", "/execute/agents/plain", { token, body: { record: true } }),
      call(testStack(), "POST", "/admin/keys", {
        token,
        body: { name: "k", scopes: ["agents:read"] },
      }),
      call(testStack(), "GET", "/admin/secrets", { token }),
    ];
    for (const reply of await Promise.all(said)) {
      assert.equal(reply.status, 403, reply.url);
      await reply.body?.cancel();
    }
    const approved = await who.call("POST", "/agents/reaching/versions/1/approve");
    assert.equal(approved.status, 200);
    await approved.body?.cancel();
    assert.equal((await client.use("agent_reaching", { input: 4 })).structuredContent.output, 4);
  },
);

promise("a program that came by OAuth makes nothing that would outlive its consent", async () => {
  const who = await person("lasting");
  const token = await tokenFor(who);
  await agentOf(who, { name: "kept" });
  const things: [kind: string, body: Record<string, unknown>, id: string][] = [
    ["hooks", { kind: "standard" }, "id"],
    ["webhooks", { url: "https://example.com/told" }, "id"],
    ["schedules", { name: "nightly", cron: "0 3 * * *" }, "name"],
  ];
  for (const [kind, body, id] of things) {
    const path = `/agents/kept/${kind}`;
    await refused(await call(testStack(), "POST", path, { token, body }), kind);
    const made = await who.call("POST", path, { body });
    assert.equal(made.status, 201, kind);
    const one = `${path}/${(await made.json())[id]}`;
    const changed = { token, body: { enabled: true } };
    await refused(await call(testStack(), "PATCH", one, changed), one);
    if (kind !== "schedules") {
      await refused(await call(testStack(), "POST", `${one}/rotate`, { token, body: {} }), one);
    }
    const ended = await call(testStack(), "DELETE", one, { token });
    assert.equal(ended.status, 204, `${one}: what is there already, it may end`);
  }
});

async function refused(reply: Response, what: string): Promise<void> {
  assert.equal(reply.status, 403, what);
  assert.equal((await reply.json()).code, "forbidden", what);
}
