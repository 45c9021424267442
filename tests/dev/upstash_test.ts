import assert from "@std/assert";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { serve } from "../../dev/gateway/serve.ts";
import { openBridge } from "../../dev/upstash/bridge.ts";
import { answerRedis } from "../../dev/upstash/http.ts";
import { openMemory } from "../../dev/upstash/memory.ts";
import type { Backend } from "../../dev/upstash/reply.ts";
import { freePort } from "../../dev/port.ts";

const TOKEN = "a token";
const ALGORITHMS = {
  fixedWindow: Ratelimit.fixedWindow(50, "1 d"),
  slidingWindow: Ratelimit.slidingWindow(50, "1 d"),
  tokenBucket: Ratelimit.tokenBucket(1, "1 d", 50),
};

/** A backend over HTTP, with a client of Upstash's. */
async function overHttp(backend: Backend) {
  await using opened = new AsyncDisposableStack();
  opened.use(backend);
  const server = opened.use(
    serve(0, (request) => answerRedis(request, "/redis", TOKEN, backend)),
  );
  const url = `${server.url}/redis`;
  const redis = new Redis({ url, token: TOKEN, retry: false, enableTelemetry: false });
  const closing = opened.move();
  return { url, redis, [Symbol.asyncDispose]: async () => await closing.disposeAsync() };
}

/** Our own memory, or a redis-server of our own. */
async function realRedis(): Promise<Backend> {
  const port = freePort();
  const server = new Deno.Command("redis-server", {
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp"],
    stdout: "piped",
  }).spawn();
  const reader = server.stdout.getReader();
  let printed = "";
  while (!printed.includes("Ready to accept connections")) {
    printed += new TextDecoder().decode((await reader.read()).value);
  }
  const backend = await openBridge(`redis://127.0.0.1:${port}/1`);
  return {
    run: backend.run,
    transaction: backend.transaction,
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      server.kill("SIGTERM");
      await reader.cancel();
      await server.status;
    },
  };
}

const installed = await new Deno.Command("redis-server", { args: ["--version"], stdout: "null" })
  .output().then(({ success }) => success, () => false);
const backends = [
  { name: "in memory", open: () => Promise.resolve(openMemory()), ignore: false },
  {
    name: installed
      ? "on a real Redis"
      : "on a real Redis (skipped: there is no redis-server here)",
    open: realRedis,
    ignore: !installed,
  },
];

for (const { name: where, open, ignore } of backends) {
  for (const [name, limiter] of Object.entries(ALGORITHMS)) {
    Deno.test(
      `${name} lets exactly 50 of 200 concurrent calls pass, ${where}`,
      { ignore },
      async () => {
        await using service = await overHttp(await open());
        const limit = new Ratelimit({
          redis: service.redis,
          limiter,
          prefix: name,
          ephemeralCache: false,
        });
        const replies = await Promise.all(
          Array.from({ length: 200 }, () => limit.limit("somebody")),
        );
        assert.equal(replies.filter(({ success }) => success).length, 50);
        assert.equal((await limit.getRemaining("somebody")).remaining, 0);
        assert.equal((await limit.limit("somebody else")).success, true);
        await limit.resetUsedTokens("somebody");
        assert.equal((await limit.getRemaining("somebody")).remaining, 50);
      },
    );
  }

  Deno.test(
    `200 requests without pipelining let exactly 50 pass, ${where}`,
    { ignore },
    async () => {
      await using service = await overHttp(await open());
      const redis = new Redis({
        url: service.url,
        token: TOKEN,
        enableAutoPipelining: false,
        retry: false,
        enableTelemetry: false,
      });
      const limit = new Ratelimit({
        redis,
        limiter: ALGORITHMS.slidingWindow,
        ephemeralCache: false,
      });
      const replies = await Promise.all(Array.from({ length: 200 }, () => limit.limit("somebody")));
      assert.equal(replies.filter(({ success }) => success).length, 50);
    },
  );

  Deno.test(
    `cachedFixedWindow, dynamic limits and analytics work, ${where}`,
    { ignore },
    async () => {
      await using service = await overHttp(await open());
      const { redis } = service;
      const cached = new Ratelimit({
        redis,
        limiter: Ratelimit.cachedFixedWindow(3, "1 d"),
        prefix: "cached",
        ephemeralCache: new Map(),
      });
      const passed = [];
      for (let i = 0; i < 5; i++) passed.push((await cached.limit("somebody")).success);
      assert.deepEqual(passed, [true, true, true, false, false]);
      const counted = new Ratelimit({
        redis,
        limiter: Ratelimit.fixedWindow(5, "1 d"),
        prefix: "counted",
        analytics: true,
        dynamicLimits: true,
      });
      await counted.setDynamicLimit({ limit: 1 });
      const first = await counted.limit("somebody");
      await first.pending;
      assert.deepEqual([first.success, (await counted.limit("somebody")).success], [true, false]);
      assert.equal((await redis.keys("counted:events:*")).length, 1);
    },
  );

  Deno.test(
    `commands, pipelines and transactions answer as Upstash's do, ${where}`,
    { ignore },
    async () => {
      await using service = await overHttp(await open());
      const { redis } = service;
      assert.equal(await redis.set("k", { a: 1, b: "ü" }), "OK");
      assert.deepEqual(await redis.get("k"), { a: 1, b: "ü" });
      assert.equal(await redis.set("k", 2, { nx: true }), null);
      assert.equal(await redis.set("n", 1, { ex: 100 }), "OK");
      assert.deepEqual([await redis.incrby("n", 4), await redis.ttl("n")], [5, 100]);
      assert.deepEqual([await redis.ttl("k"), await redis.ttl("absent")], [-1, -2]);
      assert.equal(await redis.hset("h", { a: 1, b: "x" }), 2);
      assert.deepEqual(await redis.hgetall("h"), { a: 1, b: "x" });
      assert.deepEqual(await redis.hmget("h", "b", "c"), { b: "x", c: null });
      assert.equal(await redis.sadd("s", "a", "b"), 2);
      assert.deepEqual(await redis.smismember("s", ["a", "c"]), [1, 0]);
      await redis.zadd("z", { score: 2, member: "b" }, { score: 1.5, member: "a" });
      assert.deepEqual(await redis.zrange("z", 0, -1, { withScores: true }), ["a", 1.5, "b", 2]);
      assert.equal(await redis.zincrby("z", 1, "a"), 2.5);
      assert.deepEqual(
        await redis.scan(0, { match: "[kn]", count: 1000 }).then(([, keys]) => keys.sort()),
        ["k", "n"],
      );
      assert.deepEqual(await redis.multi().set("m", 1).incr("m").exec(), ["OK", 2]);
      assert.deepEqual(await redis.pipeline().incr("m").get("m").exec(), [3, 3]);
      await assert.rejects(redis.incr("h"), /WRONGTYPE/);
    },
  );

  Deno.test(`Lua values cross as Redis' do, ${where}`, { ignore }, async () => {
    await using service = await overHttp(await open());
    const evaluate = (script: string) => service.redis.eval(script, ["key"], ["7"]);
    assert.deepEqual(await evaluate("return {1, 2.9, 'x', false, {3}, nil, 'unseen'}"), [
      1,
      2,
      "x",
      null,
      [3],
    ]);
    assert.equal(
      await evaluate("return 10 / 2 .. '|' .. ARGV[1] + 1 .. '|' .. tonumber('5')"),
      "5|8|5",
    );
    assert.equal(await evaluate("return 40 * tonumber('86400000')"), 3_456_000_000);
    assert.equal(
      await evaluate("redis.call('SET', KEYS[1], 6 / 2); return redis.call('GET', KEYS[1])"),
      3,
    );
    assert.equal(await evaluate("return #KEYS + select('#', unpack({1, 2}))"), 3);
    assert.equal(
      await evaluate(
        "redis.call('SET', KEYS[1], 'x'); return redis.pcall('INCR', KEYS[1]).err ~= nil and 1",
      ),
      1,
    );
    await assert.rejects(evaluate("return redis.error_reply('MINE it is')"), /MINE it is/);
    await assert.rejects(evaluate("leak = 1"), /ERR/);
    await assert.rejects(evaluate("not lua"), /compiling script/);
    const sha = await service.redis.scriptLoad("return ARGV[1]");
    assert.equal(await service.redis.evalsha(sha, [], ["x"]), "x");
    await assert.rejects(service.redis.evalsha("0".repeat(40), [], []), /NOSCRIPT/);
  });

  Deno.test(`the REST interface takes paths, needs its token and explains errors, ${where}`, {
    ignore,
  }, async () => {
    await using service = await overHttp(await open());
    const ask = async (path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${TOKEN}`, ...init.headers };
      const res = await fetch(`${service.url}${path}`, { ...init, headers });
      return [res.status, await res.json()];
    };
    assert.deepEqual(await ask("/set/k/a%2Fb?EX=100"), [200, { result: "OK" }]);
    assert.deepEqual(await ask("/get/k"), [200, { result: "a/b" }]);
    assert.deepEqual(await ask("/set/k", { method: "POST", body: "from the body" }), [200, {
      result: "OK",
    }]);
    const encoded = await ask("/get/k", { headers: { "upstash-encoding": "base64" } });
    assert.deepEqual(encoded, [200, { result: btoa("from the body") }]);
    for (const path of ["", "/pipeline", "/multi-exec"]) {
      assert.equal((await ask(path, { method: "POST", body: "{" }))[0], 400, path);
    }
    const [status, { error }] = await ask("/nonsense/k");
    assert.equal(status, 400);
    assert.match(error, /^ERR unknown command/);
    const [, [good, bad]] = await ask("/pipeline", {
      method: "POST",
      body: '[["get","k"],["incr","k"]]',
    });
    assert.deepEqual([good.result, typeof bad.error], ["from the body", "string"]);
    assert.equal((await ask("/get/k", { headers: { authorization: "Bearer wrong" } }))[0], 401);
    assert.equal(
      (await fetch(`${service.url}/get/k`).then(async (res) => (await res.json(), res))).status,
      401,
    );
  });
}

Deno.test("what has expired is gone, and a key can be given more time", async () => {
  await using memory = openMemory();
  const run = (...command: string[]) => memory.run(command);
  await run("SET", "k", "v", "PX", "1");
  const end = Date.now() + 2;
  while (Date.now() < end);
  assert.deepEqual([await run("GET", "k"), await run("DBSIZE")], [null, 0]);
  await run("SET", "k", "v", "PX", "100000");
  assert.equal(await run("PERSIST", "k"), 1);
  assert.equal(await run("PTTL", "k"), -1);
});

Deno.test("a script that does not end is stopped", async () => {
  await using memory = openMemory();
  await assert.rejects(memory.run(["EVAL", "while true do end", "0"]), /Script killed/);
  assert.equal(await memory.run(["EVAL", "return 1", "0"]), 1);
});

Deno.test("memory is bounded: writes are refused until there is room again", async () => {
  await using memory = openMemory();
  const large = "x".repeat(1024 * 1024);
  await assert.rejects(async () => {
    for (let i = 0; i < 100; i++) await memory.run(["SET", `k${i}`, large]);
  }, /OOM/);
  await memory.run(["FLUSHDB"]);
  await memory.run(["SET", "k", large]);
});
