import { createHash } from "node:crypto";
import { StackError } from "../error.ts";
import { type Answer, type Client, connectRedis } from "./client.ts";
import { type Backend, RedisError } from "./reply.ts";

// They would change the one connection that everybody shares, or keep it waiting.
const REFUSED = new Set(
  ("AUTH BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN CLIENT DISCARD EXEC HELLO" +
    " MONITOR MULTI PSUBSCRIBE QUIT RESET SELECT SHUTDOWN SSUBSCRIBE SUBSCRIBE SYNC UNWATCH WAIT" +
    " WATCH XREAD XREADGROUP").split(" "),
);
const SHEBANG = /^#!lua[^\n]*/;

/** A real Redis or Valkey at `redis://` or `rediss://`. A broken connection is opened anew when needed. */
export async function openBridge(address: string): Promise<Backend> {
  const url = URL.parse(address);
  if (url === null || !/^rediss?:$/.test(url.protocol)) {
    throw new StackError("REDIS_URL is no address like redis://user:password@host:6379/0.");
  }
  let client: Promise<Client> = connectRedis(url);
  await client.catch((cause) => {
    throw new StackError(`REDIS_URL cannot be opened: ${cause.message}`, { cause });
  });
  const hashes = new Map<string, string>();
  const send = async (commands: string[][]): Promise<Answer[]> => {
    if ((await client.catch(() => undefined))?.closed !== false) client = connectRedis(url);
    return await (await client).send(commands);
  };
  return {
    async run(command) {
      const [answer = null] = await send([prepare(command, hashes)]);
      if (answer instanceof RedisError) throw answer;
      return answer;
    },
    async transaction(commands) {
      const prepared = commands.map((command) => prepare(command, hashes));
      const answer = (await send([["MULTI"], ...prepared, ["EXEC"]])).at(-1) ?? null;
      if (answer instanceof RedisError) throw answer;
      return Array.isArray(answer) ? answer : [];
    },
    async [Symbol.asyncDispose]() {
      (await client).close();
    },
  };
}

/**
 * The command as plain Redis takes it. `#!lua flags=allow-key-locking`, which @upstash/ratelimit's
 * scripts start with, is Upstash's own: it is cut off, and the hashes of such scripts are replaced.
 */
function prepare(command: string[], hashes: Map<string, string>): string[] {
  const [name = "", first = "", ...rest] = command;
  const verb = name.toUpperCase();
  if (REFUSED.has(verb)) throw new RedisError(`ERR ${verb} is not available over REST`);
  if (verb.startsWith("EVALSHA")) return [name, hashes.get(first) ?? first, ...rest];
  if (verb.startsWith("EVAL")) return [name, plain(first, hashes), ...rest];
  if (verb === "SCRIPT" && first.toUpperCase() === "LOAD") {
    return [name, first, ...rest.map((source) => plain(source, hashes))];
  }
  return command;
}

function plain(source: string, hashes: Map<string, string>): string {
  if (!SHEBANG.test(source)) return source;
  const stripped = source.replace(SHEBANG, "");
  hashes.set(sha1(source), sha1(stripped));
  return stripped;
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
