import assert from "@std/assert";
import { gzipSync } from "node:zlib";
import { testStack } from "../stack.ts";

const { url, publishableKey, secretKey } = testStack();
const HTML = { accept: "text/html,*/*" };

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

Deno.test("the stack serves the console at /, and its pages at any address", async () => {
  const home = await get("/", HTML);
  assert.equal(home.status, 200);
  assert.equal((await get("/agents/any-name", HTML)).text, home.text);
  assert.match(home.text, /<div id="app">/);
  for (const [, path = ""] of home.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    assert.equal((await get(path)).status, 200, path);
  }
});

Deno.test("what is no page and no file of the console is still refused in JSON", async () => {
  for (const path of ["/assets/none.js", "/agents", "/../deno.json", "/%2e%2e/deno.json"]) {
    const { status, text } = await get(path);
    assert.deepEqual([status, typeof JSON.parse(text)], [404, "object"], path);
  }
  for (const path of ["/functions/v1x", "/auth/v2/settings", "/storage/v1/object", "/rest/"]) {
    assert.equal((await get(path, HTML)).status, 404, path);
  }
  const posted = await fetch(`${url}/`, { method: "POST", headers: HTML });
  await posted.body?.cancel();
  assert.equal(posted.status, 404);
});

Deno.test("every page forbids inline code, frames, sniffing and foreign connections", async () => {
  const { headers, text } = await get("/", HTML);
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.match(policy, /connect-src 'self'(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe|\*|blob:|https?:/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.match(text, /<meta http-equiv="content-security-policy" content="default-src 'none'/);
  assert.doesNotMatch(text, /<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/);
});

Deno.test("the configuration names the publishable key and nothing else", async () => {
  const { text } = await get("/config.json");
  assert.deepEqual(JSON.parse(text), { publishable_key: publishableKey });
  assert.ok(!(await get("/", HTML)).text.includes(secretKey));
});

Deno.test("what a first visit loads is at most 250 KB compressed", async () => {
  const { text } = await get("/", HTML);
  const seen = new Set<string>();
  let total = gzipSync(text).length;
  const visit = async (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const file = await get(path);
    total += gzipSync(file.text).length;
    for (
      const [, next = ""] of file.text.matchAll(/(?:^|[;}\s])import[^("';]*["']\.\/([^"']+)["']/g)
    ) {
      await visit(`/assets/${next}`);
    }
  };
  for (const [, path = ""] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) await visit(path);
  console.log(`      ${Math.round(total / 1024)} KB in ${seen.size} files`);
  assert.ok(seen.size >= 2 && total <= 250 * 1024, `${total} bytes: ${[...seen]}`);
});
