import assert from "@std/assert";
import { gzipSync } from "node:zlib";
import { createEgress } from "../../../../supabase/functions/_shared/egress/create.ts";
import type { EgressResponse } from "../../../../supabase/functions/_shared/egress/egress.ts";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { answer, createInternet, ended, open, PUBLIC, type Speak, write } from "./internet.ts";

const LIVE = new AbortController().signal;
const GET = { url: "https://api.example.com/", method: "GET" };

function site(speak: Speak) {
  return createInternet({
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: speak },
  });
}

function refused(code: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof ToolRefusal, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    return true;
  };
}

async function textOf({ body }: EgressResponse): Promise<string> {
  return await new Response(body).text();
}

Deno.test("a body without an end is cut off at the limit, and the connection with it", async () => {
  let sent = 0;
  await using net = await site(async (_heard, conn) => {
    await write(conn, "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
    for (const chunk = new Uint8Array(64 * 1024);;) sent += await conn.write(chunk);
  });
  const reply = await net.egress.send(GET, open({ maxBytes: 100_000 }), LIVE);
  await assert.rejects(textOf(reply), refused("result_too_large"));
  await net.closed(1);
  assert.ok(sent < 16 * 1024 * 1024, `${sent} bytes were sent`);
});

/** What a parser reads and gives nobody: it has to be counted before. */
const UNSEEN: Record<string, [head: string, unit: string]> = {
  "blank lines before a head": ["", "\r\n"],
  "early hints": ["", "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n"],
  "word that it is at work": ["", "HTTP/1.1 102 Processing\r\n\r\n"],
  "one chunk extension": ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "x"],
  "many chunk extensions": [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    `1;${"x".repeat(8_000)}\r\na\r\n`,
  ],
};

for (const [what, [head, unit]] of Object.entries(UNSEEN)) {
  Deno.test(`a server that sends ${what} without end is cut off at the limit`, async () => {
    const flood = new TextEncoder().encode(unit.repeat(Math.ceil(64 * 1024 / unit.length)));
    await using net = await site(async (_heard, conn) => {
      await write(conn, head);
      for (;;) await write(conn, flood);
    });
    const reply = net.egress.send(GET, open({ maxBytes: 100_000 }), LIVE).then(async (answer) => {
      await textOf(answer).catch((thrown: unknown) => {
        const { bytesIn } = answer.moved();
        assert.ok(bytesIn > 100_000 && bytesIn < 300_000, `${bytesIn} bytes`);
        throw thrown;
      });
    });
    await assert.rejects(reply, (thrown) => {
      assert.ok(thrown instanceof ToolRefusal);
      const { bytesIn = 0 } = thrown.until;
      assert.ok(bytesIn > 100_000 && bytesIn < 300_000, `${bytesIn} bytes`);
      return refused("result_too_large")(thrown);
    });
    await net.closed(1);
  });
}

Deno.test("what was moved is what was on the wire, to the byte", async () => {
  const said = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n";
  await using net = await site(() => said);
  const reply = await net.egress.send({ ...GET, method: "POST" }, open(), LIVE);
  assert.equal(await textOf(reply), "hello");
  const { bytesIn, bytesOut } = reply.moved();
  assert.equal(bytesIn, said.length);
  const { line = "", headers = {} } = net.heard[0] ?? {};
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  assert.equal(bytesOut, [line, ...lines, "", ""].join("\r\n").length);
});

Deno.test("a body of exactly the limit arrives whole", async () => {
  await using net = await site(() => answer("x".repeat(100_000)));
  const reply = await net.egress.send(GET, open({ maxBytes: 100_000 }), LIVE);
  assert.equal((await textOf(reply)).length, 100_000);
  assert.ok(reply.moved().bytesIn > 100_000);
});

Deno.test("a decompression bomb is stopped at the limit, in memory too", async () => {
  const bomb = gzipSync(new Uint8Array(512 * 1024 * 1024));
  const head =
    `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
  await using net = await site(async (_heard, conn) => {
    await write(conn, head);
    await write(conn, bomb);
  });
  const before = Deno.memoryUsage().rss;
  const reply = await net.egress.send(GET, open({ maxBytes: 1024 * 1024 }), LIVE);
  await assert.rejects(textOf(reply), refused("result_too_large"));
  const grown = Deno.memoryUsage().rss - before;
  assert.ok(grown < 128 * 1024 * 1024, `grew by ${grown} bytes`);
});

Deno.test("gzip is read, and what is compressed twice, otherwise or wrongly is refused", async () => {
  const zipped = gzipSync("hello");
  const served = (encoding: string, body: Uint8Array): Speak => async (_heard, conn) => {
    await write(conn, `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\n\r\n`);
    await write(conn, body);
  };
  await using good = await site(served("GZIP", zipped));
  const reply = await good.egress.send(GET, open(), LIVE);
  assert.deepEqual([await textOf(reply), reply.headers["content-encoding"]], ["hello", undefined]);
  assert.equal(good.heard[0]?.headers["accept-encoding"], "gzip");
  const noise = Array.from({ length: 4_000 }, () => crypto.randomUUID()).join("");
  await using large = await site(served("gzip", gzipSync(noise)));
  assert.equal(await textOf(await large.egress.send(GET, open(), LIVE)), noise);
  const bad: [encoding: string, body: Uint8Array][] = [
    ["gzip, gzip", gzipSync(zipped)],
    ["br", zipped],
    ["zstd", zipped],
    ["gzip", new TextEncoder().encode("plain")],
    ["gzip", zipped.subarray(0, -6)],
  ];
  for (const [encoding, body] of bad) {
    await using net = await site(served(encoding, body));
    const other = net.egress.send(GET, open(), LIVE).then(textOf);
    await assert.rejects(other, refused("upstream_failed"), encoding);
  }
});

const SLOW: Record<string, Speak> = {
  "never answers": (_heard, conn) => ended(conn),
  "never ends its head": async (_heard, conn) => {
    await write(conn, "HTTP/1.1 200 OK\r\nx-a: ");
    await ended(conn);
  },
  "never ends its body": async (_heard, conn) => {
    await write(conn, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello");
    await ended(conn);
  },
};

for (const [what, speak] of Object.entries(SLOW)) {
  Deno.test(`a server that ${what} is left when the time is over`, async () => {
    await using net = await site(speak);
    const reply = net.egress.send(GET, open({ timeoutMs: 400 }), LIVE).then(textOf);
    await assert.rejects(reply, refused("timed_out"));
    await net.closed(1);
  });

  Deno.test(`a server that ${what} is left when the caller goes`, async () => {
    await using net = await site(speak);
    const caller = new AbortController();
    const reply = net.egress.send(GET, open(), caller.signal).then(textOf);
    setTimeout(() => caller.abort(), 300);
    await assert.rejects(reply, refused("run_ended"));
    await net.closed(1);
  });
}

Deno.test("a caller that has gone before gets nothing sent", async () => {
  await using net = await site(() => answer("ok"));
  const reply = net.egress.send(GET, open(), AbortSignal.abort());
  await assert.rejects(reply, refused("run_ended"));
  assert.deepEqual(net.heard, []);
});

Deno.test("a resolver and a rule that never answer have no more time than a server", async () => {
  const silent = () => new Promise<never>(() => {});
  const rules = open({ timeoutMs: 100 });
  const unresolved = createEgress({ resolve: silent }).send(GET, rules, LIVE);
  await assert.rejects(unresolved, refused("timed_out"));
  const unruled = createEgress().send(GET, { ...rules, permit: silent }, LIVE);
  await assert.rejects(unruled, refused("timed_out"));
});

Deno.test("an answer that nobody reads is let go when the time is over", async () => {
  await using net = await site(SLOW["never ends its body"] ?? (() => {}));
  const reply = await net.egress.send(GET, open({ timeoutMs: 300 }), LIVE);
  await net.closed(1);
  await assert.rejects(textOf(reply), refused("timed_out"));
});

Deno.test("a body that is cancelled ends its connection at once", async () => {
  await using net = await site(SLOW["never ends its body"] ?? (() => {}));
  const reply = await net.egress.send(GET, open(), LIVE);
  const reader = reply.body.getReader();
  assert.equal((await reader.read()).value?.length, 5);
  await reader.cancel();
  await net.closed(1);
});

Deno.test("more connections than there may be are refused, and each gives its place back", async () => {
  const speak = SLOW["never ends its body"] ?? (() => {});
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]], "other.example.org": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: speak },
    deps: { connections: { all: 3, perOrigin: 2, waitMs: 20 } },
  });
  const send = (host: string) =>
    net.egress.send({ url: `https://${host}/`, method: "GET" }, open(), LIVE);
  const replies = [await send("api.example.com"), await send("api.example.com")];
  await assert.rejects(send("api.example.com"), refused("unavailable"));
  replies.push(await send("other.example.org"));
  await assert.rejects(send("other.example.org"), refused("unavailable"));
  for (const { body } of replies) await body.cancel();
  await net.closed(3);
  await (await send("api.example.com")).body.cancel();
});

Deno.test("one tenant has a part of the connections, and leaves the others theirs", async () => {
  const speak = SLOW["never ends its body"] ?? (() => {});
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]], "other.example.org": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: speak },
    deps: { connections: { all: 12, perOrigin: 4, waitMs: 20 } },
  });
  const send = (host: string, tenant: string) =>
    net.egress.send({ url: `https://${host}/`, method: "GET" }, open({ tenant }), LIVE);
  const replies = [await send("api.example.com", "ann"), await send("api.example.com", "ann")];
  await assert.rejects(send("api.example.com", "ann"), refused("unavailable"));
  replies.push(await send("other.example.org", "ann"));
  await assert.rejects(send("other.example.org", "ann"), refused("unavailable"));
  replies.push(await send("api.example.com", "ben"), await send("other.example.org", "ben"));
  for (const { body } of replies) await body.cancel();
  await net.closed(5);
  await (await send("api.example.com", "ann")).body.cancel();
});

Deno.test("who waits for a connection gets the place that is given back", async () => {
  const speak = SLOW["never ends its body"] ?? (() => {});
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: speak },
    deps: { connections: { all: 1, perOrigin: 1, waitMs: 20_000 } },
  });
  const send = (signal = LIVE) =>
    net.egress.send({ url: "https://api.example.com/", method: "GET" }, open(), signal);
  const first = await send();
  const given = new AbortController();
  const leaving = assert.rejects(send(given.signal), refused("run_ended"));
  const second = send();
  given.abort();
  await leaving;
  await first.body.cancel();
  await (await second).body.cancel();
});

const BROKEN: Record<string, string> = {
  nothing: "",
  "another protocol": "SSH-2.0-OpenSSH_9.6\r\n\r\n",
  "an upgrade":
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
  "a head of 30 KB": `HTTP/1.1 200 OK\r\nx: ${"y".repeat(30_000)}\r\n\r\n`,
  "20,000 headers": `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(20_000)}\r\n`,
  "a body that is too short": "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello",
  "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
  "a length and chunks":
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  "chunks that are none": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n",
  "a chunk that is cut off": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
};

for (const [what, said] of Object.entries(BROKEN)) {
  Deno.test(`a server that says ${what} is upstream_failed`, async () => {
    await using net = await site(() => said);
    const reply = net.egress.send(GET, open(), LIVE).then(textOf);
    await assert.rejects(reply, refused("upstream_failed"));
    await net.closed(1);
  });
}
