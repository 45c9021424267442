import { fileURLToPath } from "node:url";

const TOKEN = "a token";

/** Whether this machine has a redis-server. */
export const hasRedis = await new Deno.Command("redis-server", {
  args: ["--version"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

/** To be added to a test's name, so that a skipped one says why. */
export const where = hasRedis ? "a real Redis" : "a real Redis (skipped: no redis-server here)";

/** A redis-server that keeps what it was told, with Upstash's interface in front of it. */
export interface RealRedis extends RedisServer {
  upstash: { url: string; token: string };
}

/** A process whose first lines are waited for. Its output is read to the end. */
export async function spawnUntil(command: Deno.Command, saw: (printed: string) => boolean) {
  const child = command.spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  const seen = Promise.withResolvers<string>();
  const drained = (async () => {
    let printed = "";
    for await (const text of lines) {
      printed += text;
      if (saw(printed)) seen.resolve(printed);
    }
    seen.reject(new Error(`it ended: ${printed.slice(-500)}`));
    return printed;
  })();
  const printed = await seen.promise;
  return { child, printed, drained };
}

/** A redis-server that keeps what it was told. */
export interface RedisServer extends AsyncDisposable {
  url: string;
  signal(signal: Deno.Signal): void;
  /** Kills it, as a machine that loses its power does, and answers when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, on what it kept. */
  start(): Promise<void>;
}

/** Starts a redis-server of our own on a free port. */
export async function startRedisServer(): Promise<RedisServer> {
  const dir = await Deno.makeTempDir();
  const port = freePort();
  const run = () => spawnUntil(server(dir, port), (text) => text.includes("Ready to accept"));
  let redis = await run();
  const kill = async () => {
    redis.child.kill("SIGKILL");
    await Promise.all([redis.child.status, redis.drained]);
  };
  return {
    url: `redis://127.0.0.1:${port}/0`,
    signal: (signal) => redis.child.kill(signal),
    kill,
    start: async () => void (redis = await run()),
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** Starts a redis-server of our own, and Upstash's interface in front of it. */
export async function startRedis(): Promise<RealRedis> {
  const redis = await startRedisServer();
  const bridge = await spawnUntil(bridgeTo(redis.url), (text) => text.includes("\n"));
  return {
    ...redis,
    upstash: { url: bridge.printed.trim(), token: TOKEN },
    async [Symbol.asyncDispose]() {
      bridge.child.kill("SIGKILL");
      await Promise.all([bridge.child.status, bridge.drained]);
      await redis[Symbol.asyncDispose]();
    },
  };
}

function server(dir: string, port: number): Deno.Command {
  const options = { bind: "127.0.0.1", save: "", appendonly: "yes", appendfsync: "always" };
  return new Deno.Command("redis-server", {
    args: [
      ...["--port", `${port}`, "--dir", dir],
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    stdout: "piped",
    stderr: "null",
  });
}

/** The local stack is made for the newer Deno; these tests also run on the older one. */
function bridgeTo(redisUrl: string): Deno.Command {
  return new Deno.Command(Deno.env.get("CLOISTER_TEST_DENO") ?? Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", fileURLToPath(new URL("bridge.ts", import.meta.url))],
      ...[redisUrl, TOKEN],
    ],
    stdout: "piped",
    stderr: "null",
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
