import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { serversOf } from "../dev/processes.ts";
import { temporaryFolder } from "../dev/scratch.ts";
import {
  hasRedis,
  type RedisServer,
  startRedisServer,
} from "../functions/_shared/limit/real_redis.ts";
import { type Spawned, spawnRunner } from "../runner/spawn.ts";
import { Shared, type SharedStack } from "../stack.ts";

/** What is killed, and comes back by itself or by whoever runs it. */
export type Victim = "stack" | "postgres" | "redis" | "runner";

/** A stack, its database, a Redis and a runner, each in a process of its own. */
export interface World extends AsyncDisposable {
  readonly stack: SharedStack;
  /** As a superuser; connects anew after a crash. */
  readonly sql: Sql;
  readonly victims: readonly Victim[];
  /** Ends a process as a power cut does. Answers when what has to be started again is. */
  kill(victim: Victim): Promise<void>;
  /** Starts a runner that pulls, with this key. */
  pull(key: string): Promise<void>;
}

/** Starts everything, on a folder that survives. */
export async function openWorld(): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await temporaryFolder());
  if (!hasRedis) console.log("skipped: Redis is not killed, there is no redis-server here");
  const redis = hasRedis ? opened.use(await startRedisServer()) : undefined;
  const port = freePort();
  const start = () => serve({ dir: join(folder.path, "state"), port, redisUrl: redis?.url });
  let stack = await start();
  opened.defer(() => stack.end("SIGTERM"));
  const sql = postgres(stack.shared.adminUrl, { max: 2, onnotice: () => {} });
  opened.defer(() => sql.end({ timeout: 1 }));
  let runner: { start(): Promise<Spawned>; spawned: Spawned } | undefined;
  opened.defer(() => runner?.spawned[Symbol.asyncDispose]());
  const restarts: Record<Victim, () => Promise<void>> = {
    async stack() {
      await stack.end("SIGKILL");
      stack = await start();
    },
    async postgres() {
      for (const line of await serversOf(folder.path)) Deno.kill(Number.parseInt(line), "SIGKILL");
    },
    redis: async () => await restartRedis(redis),
    async runner() {
      if (runner === undefined) return;
      runner.spawned.kill();
      await runner.spawned.stop();
      runner.spawned = await runner.start();
    },
  };
  const victims: Victim[] = ["stack", "postgres", "runner", ...(redis ? ["redis" as const] : [])];
  const closing = opened.move();
  return {
    stack: stack.shared,
    sql,
    victims,
    kill: (victim) => restarts[victim](),
    async pull(key) {
      const env = { CLOISTER_URL: stack.shared.url, CLOISTER_RUNNER_PULL_KEY: key };
      const again = () => spawnRunner(env);
      runner = { start: again, spawned: await again() };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

async function restartRedis(redis: RedisServer | undefined): Promise<void> {
  await redis?.kill();
  await redis?.start();
}

interface Serving {
  dir: string;
  port: number;
  redisUrl: string | undefined;
}

async function serve(options: Serving) {
  const script = fileURLToPath(new URL("serve.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--unstable-no-legacy-abort",
      script,
      JSON.stringify(options),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let printed = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!printed.includes("\n")) {
    const { value } = await reader.read();
    if (value === undefined) throw new Error(`The stack did not start: ${printed}`);
    printed += value;
  }
  return {
    shared: Shared.parse(JSON.parse(printed)),
    async end(signal: Deno.Signal) {
      try {
        child.kill(signal);
      } catch { /* it has ended already */ }
      await reader.cancel();
      await child.status;
    },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
