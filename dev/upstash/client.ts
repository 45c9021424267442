import { RedisError, type Reply } from "./reply.ts";
import { decodeReplies, encodeCommands } from "./resp.ts";

/** What Redis answers to one command: a refusal is a value here. */
export type Answer = Reply | RedisError;

/** A connection to Redis. Commands are sent at once and answered in order. */
export interface Client {
  readonly closed: boolean;
  /** Sends the commands with nothing in between. Rejects when the connection breaks. */
  send(commands: readonly string[][]): Promise<Answer[]>;
  close(): void;
}

/** Opens `redis://` or `rediss://` (TLS) addresses, with user, password and database if they name any. */
export async function connectRedis(url: URL): Promise<Client> {
  const address = { hostname: url.hostname || "127.0.0.1", port: Number(url.port || 6379) };
  const socket = url.protocol === "rediss:"
    ? await Deno.connectTls(address)
    : await Deno.connect(address);
  const client = speak(socket);
  for (const [i, answer] of (await client.send(greeting(url))).entries()) {
    if (!(answer instanceof RedisError)) continue;
    client.close();
    throw new Error(`${greeting(url)[i]?.[0]}: ${answer.message}`);
  }
  return client;
}

function greeting({ username, password, pathname }: URL): string[][] {
  const words = [username, password].filter((word) => word !== "").map(decodeURIComponent);
  const database = pathname.slice(1);
  return [
    ...password === "" ? [] : [["AUTH", ...words]],
    ...database === "" ? [] : [["SELECT", database]],
    ["PING"],
  ];
}

function speak(socket: Deno.Conn): Client {
  const waiting: PromiseWithResolvers<Answer>[] = [];
  const writer = socket.writable.getWriter();
  let broken: Error | undefined;
  const fail = (error: Error) => {
    broken ??= error;
    for (const { reject } of waiting.splice(0)) reject(broken);
  };
  const listen = async () => {
    for await (const reply of decodeReplies(socket.readable)) waiting.shift()?.resolve(reply);
    throw new Error("Redis closed the connection");
  };
  listen().catch(fail);
  return {
    get closed() {
      return broken !== undefined;
    },
    async send(commands) {
      if (broken !== undefined) throw broken;
      const answers = commands.map(() => Promise.withResolvers<Answer>());
      waiting.push(...answers);
      writer.write(encodeCommands(commands)).catch(fail);
      return await Promise.all(answers.map(({ promise }) => promise));
    },
    close() {
      fail(new Error("the connection to Redis was closed"));
      socket.close();
    },
  };
}
