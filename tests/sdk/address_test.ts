import assert from "@std/assert";
import { createClient } from "../../sdk/mod.ts";
import { json } from "./fake.ts";

/** Where a client of this address sends its first request. */
async function sentTo(url: string): Promise<string> {
  let sent = "";
  const send: typeof fetch = (input, init) => {
    sent = new Request(input, init).url;
    return Promise.resolve(json({}));
  };
  await createClient({ url, auth: { apiKey: "ck_live_test" }, fetch: send }).limits();
  return sent;
}

Deno.test("a credential goes to the host that was named, whatever the address's path says", async () => {
  const path = "/functions/v1/agents/limits";
  for (const way of ["", "/", "//", "/behind", "/behind/", "/a:b@c", "/..//", "/#/x"]) {
    const sent = new URL(await sentTo(`https://project.example${way}`));
    assert.equal(sent.origin, "https://project.example", way);
    assert.ok(sent.pathname.endsWith(path), sent.href);
  }
  assert.equal(await sentTo("https://a.example/behind/"), `https://a.example/behind${path}`);
  for (
    const url of [
      "https://project.example//evil.example",
      "http://localhost//evil.example",
      "https://project.example/\\evil.example",
      "https://project.example/behind//evil.example",
    ]
  ) {
    assert.throws(() => createClient({ url, auth: { apiKey: "ck_live_test" } }), TypeError, url);
  }
});

Deno.test("a name that no address can hold is a TypeError", async () => {
  const client = createClient({ url: "https://project.example" });
  await assert.rejects(client.agents.get("a\ud800"), TypeError);
});
