import assert from "@std/assert";
import { gzipSync } from "node:zlib";
import type {
  EgressRequest,
  EgressResponse,
} from "../../../../supabase/functions/_shared/egress/egress.ts";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import {
  answer,
  createInternet,
  open,
  OTHER,
  PUBLIC,
  redirect,
  type Speak,
  write,
} from "./internet.ts";

const LIVE = new AbortController().signal;
const GET = { url: "https://api.example.com/", method: "GET" };
const SECRET = "sk-live-0123456789abcdef";

function sites(first: Speak, second: Speak = () => answer("there")) {
  return createInternet({
    names: { "api.example.com": [[PUBLIC]], "other.example.org": [[OTHER]] },
    servers: { [`${PUBLIC}:443`]: first, [`${OTHER}:443`]: second },
  });
}

function refused(code: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof ToolRefusal, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    assert.ok(!JSON.stringify([thrown.message, String(thrown.cause)]).includes(SECRET));
    return true;
  };
}

async function textOf({ body }: EgressResponse): Promise<string> {
  return await new Response(body).text();
}

const DENIED: Record<string, string>[] = [
  ...["Host", "content-length", "Transfer-Encoding", "connection", "Upgrade", "expect", "te"]
    .map((name) => ({ [name]: "x" })),
  ...["trailer", "keep-alive", "proxy-authorization", "Proxy-Connection", "accept-encoding"]
    .map((name) => ({ [name]: "x" })),
  ...["sec-websocket-key", "via", "", "a b", "a\r\nb", "a:b", ":path"]
    .map((name) => ({ [name]: "x" })),
  ...["a\r\nx-injected: 1", "a\nb", "a\0b", "é", " a", "a "].map((value) => ({ "x-a": value })),
  { "x-a": "1", "X-A": "2" },
  { "x-a": "x".repeat(17_000) },
];

Deno.test("headers that the connection owns, or that end another early, never leave", async () => {
  await using net = await sites(() => answer("ok"));
  for (const headers of DENIED) {
    const plain = net.egress.send({ ...GET, headers }, open(), LIVE);
    await assert.rejects(plain, refused("header_denied"), JSON.stringify(headers).slice(0, 80));
    const permitted = net.egress.send(GET, open({ permit: () => ({ headers }) }), LIVE);
    await assert.rejects(permitted, refused("header_denied"));
  }
  assert.deepEqual([net.asked, net.dialed], [[], []]);
});

Deno.test("a request carries its body, its headers, and a permit's headers over them", async () => {
  await using net = await sites(({ body }) => answer(body.toUpperCase()));
  const request: EgressRequest = {
    ...GET,
    method: "POST",
    headers: { "Content-Type": "text/plain", authorization: "mine" },
    body: new TextEncoder().encode("hello"),
  };
  const rules = open({ permit: () => ({ headers: { Authorization: `Bearer ${SECRET}` } }) });
  const reply = await net.egress.send(request, rules, LIVE);
  assert.equal(await textOf(reply), "HELLO");
  const [heard] = net.heard;
  assert.equal(heard?.headers["content-type"], "text/plain");
  assert.equal(heard?.headers["authorization"], `Bearer ${SECRET}`);
  assert.equal(heard?.headers["connection"], "close");
  assert.ok(reply.moved().bytesOut > 5);
});

Deno.test("an answer's headers come without what was for the connection, and without cookies", async () => {
  const headers = [
    "X-Thing: 1",
    "x-thing: 2",
    "set-cookie: a=b",
    "keep-alive: timeout=5",
    "alt-svc: h3=1",
    "proxy-authenticate: Basic",
    "__proto__: polluted",
  ];
  await using net = await sites(() => answer("ok", `${headers.join("\r\n")}\r\n`));
  const reply = await net.egress.send(GET, open(), LIVE);
  assert.equal(await textOf(reply), "ok");
  assert.deepEqual({ ...reply.headers }, { "x-thing": "1, 2", ["__proto__"]: "polluted" });
  assert.equal(Object.getPrototypeOf(reply.headers), null);
});

Deno.test("HEAD, 204 and 304 have no body, whatever their headers say of one", async () => {
  for (const [method, status] of [["HEAD", "200 OK"], ["GET", "204 No"], ["GET", "304 Not"]]) {
    const head = `HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n`;
    await using net = await sites(() => head);
    const reply = await net.egress.send({ ...GET, method: method ?? "" }, open(), LIVE);
    assert.equal(await textOf(reply), "");
  }
});

const AFTER: [method: string, status: number, then: string, body: string][] = [
  ["POST", 301, "GET", ""],
  ["POST", 302, "GET", ""],
  ["POST", 303, "GET", ""],
  ["PUT", 303, "GET", ""],
  ["PUT", 302, "PUT", "private"],
  ["POST", 307, "POST", "private"],
  ["POST", 308, "POST", "private"],
];

Deno.test("a redirect keeps method and body exactly where HTTP keeps them", async () => {
  for (const [method, status, then, body] of AFTER) {
    await using net = await sites(({ line }) =>
      line.includes(" /2 ") ? answer("ok") : redirect("/2", status)
    );
    const headers = { "content-type": "text/plain", "x-mine": "1" };
    const request = { ...GET, method, headers, body: new TextEncoder().encode("private") };
    await textOf(await net.egress.send(request, open(), LIVE));
    const second = net.heard[1];
    const { "content-type": type, "x-mine": mine } = second?.headers ?? {};
    assert.deepEqual(
      [second?.line.split(" ")[0], second?.body, type, mine],
      [then, body, body === "" ? undefined : "text/plain", "1"],
      `${method} ${status}`,
    );
  }
});

Deno.test("neither a caller's headers nor a permit's secret go along to another origin", async () => {
  await using net = await sites(() => redirect("https://other.example.org/", 307));
  const rules = open({
    permit: ({ url }) =>
      url.hostname === "api.example.com"
        ? { headers: { authorization: SECRET }, secrets: [SECRET] }
        : {},
  });
  const headers = { accept: "text/plain", "x-api-key": "mine", cookie: "a=b" };
  await textOf(await net.egress.send({ ...GET, headers }, rules, LIVE));
  assert.equal(net.heard[0]?.headers["authorization"], SECRET);
  const { accept, authorization, cookie, "x-api-key": key } = net.heard[1]?.headers ?? {};
  assert.deepEqual([accept, authorization, cookie, key], [
    "text/plain",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("a server that echoes a secret shows it neither in headers nor in any body", async () => {
  const echo = `${SECRET} ${btoa(`user:${SECRET}`)} ${encodeURIComponent(`${SECRET}&`)}`;
  const rules = open({
    permit: () => ({ headers: { authorization: `Bearer ${SECRET}` }, secrets: [SECRET] }),
    redirect: "manual",
  });
  const plain: Speak = async (_heard, conn) => {
    await write(
      conn,
      `HTTP/1.1 302 Found\r\nlocation: /?key=${SECRET}\r\nx-${SECRET}: ${echo}\r\n\r\n`,
    );
    for (const char of echo) await write(conn, char);
  };
  const zipped: Speak = async (_heard, conn) => {
    await write(conn, "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n");
    await write(conn, gzipSync(echo));
  };
  for (const speak of [plain, zipped]) {
    await using net = await sites(speak);
    const reply = await net.egress.send(GET, rules, LIVE);
    const seen = await textOf(reply) + JSON.stringify({ ...reply.headers }) + reply.url;
    assert.match(seen, /^\[secret\] /);
    assert.ok(!seen.includes(SECRET) && !seen.includes(btoa(SECRET).slice(4, -4)), seen);
  }
});

Deno.test("a secret of the first hop is blotted out of what the last one says", async () => {
  await using net = await sites(
    () => redirect(`https://other.example.org/?key=${SECRET}`),
    ({ line }) => answer(line),
  );
  const rules = open({ permit: ({ number }) => number === 0 ? { secrets: [SECRET] } : {} });
  const reply = await net.egress.send(GET, rules, LIVE);
  assert.equal(await textOf(reply), "GET /?key=[secret] HTTP/1.1");
  assert.equal(reply.url, "https://other.example.org/?key=[secret]");
});

Deno.test("a secret does not go where there is no TLS, and no failure tells it", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:80`]: () => answer("ok"), [`${PUBLIC}:443`]: () => `HTTP/9 ${SECRET}` },
  });
  const rules = open({ permit: () => ({ headers: { "x-key": SECRET }, secrets: [SECRET] }) });
  const clear = net.egress.send({ ...GET, url: "http://api.example.com/" }, rules, LIVE);
  await assert.rejects(clear, refused("secret_denied"));
  assert.deepEqual(net.dialed, []);
  await assert.rejects(net.egress.send(GET, rules, LIVE), refused("upstream_failed"));
});
