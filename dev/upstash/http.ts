import * as z from "zod";
import { type Backend, RedisError, type Reply, Status } from "./reply.ts";

const Word = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform(String);
const Command = z.array(Word).min(1);
const Commands = z.array(Command);

type Answer = { result: unknown } | { error: string };

/**
 * Upstash's REST interface over a backend: `POST /` with a command, `/pipeline` and `/multi-exec`
 * with several, or a command as a path. `root` is the path it is mounted at.
 */
export async function answerRedis(
  request: Request,
  root: string,
  token: string,
  backend: Backend,
): Promise<Response> {
  const url = new URL(request.url);
  if (given(request, url) !== token) {
    return reply(401, { error: "WRONGPASS invalid or missing auth token" });
  }
  const encode = request.headers.get("upstash-encoding") === "base64" ? toBase64 : toJson;
  const path = url.pathname.slice(root.length).split("/").filter((part) => part !== "");
  try {
    return reply(200, await answer(request, url, path, backend, encode));
  } catch (error) {
    if (error instanceof RedisError) return reply(400, { error: error.message });
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      return reply(400, {
        error: "ERR failed to parse the command: it is not a JSON array of words",
      });
    }
    throw error;
  }
}

async function answer(
  request: Request,
  url: URL,
  path: string[],
  backend: Backend,
  encode: (reply: Reply) => unknown,
): Promise<Answer | Answer[]> {
  const wrap = (reply: Reply | RedisError): Answer =>
    reply instanceof RedisError ? { error: reply.message } : { result: encode(reply) };
  const [first] = path;
  if (first === "pipeline") {
    const commands = Commands.parse(await request.json());
    return (await Promise.all(commands.map((command) => attempt(backend, command)))).map(wrap);
  }
  if (first === "multi-exec") {
    return (await backend.transaction(Commands.parse(await request.json()))).map(wrap);
  }
  const command = first === undefined
    ? Command.parse(await request.json())
    : await fromPath(request, url, path);
  return wrap(await backend.run(command));
}

/** `/set/key/value?EX=10`: words from the path, then the body, then the query. */
async function fromPath(request: Request, url: URL, path: string[]): Promise<string[]> {
  const body = request.method === "POST" ? await request.text() : "";
  const query = [...url.searchParams].filter(([name]) => name !== "_token").flat();
  return [...path.map(decodeURIComponent), ...body === "" ? [] : [body], ...query]
    .filter((word, i) => i === 0 || word !== "" || i < path.length);
}

function attempt(backend: Backend, command: string[]): Promise<Reply | RedisError> {
  return backend.run(command).catch((error) => {
    if (error instanceof RedisError) return error;
    throw error;
  });
}

function given(request: Request, url: URL): string | null {
  const header = request.headers.get("authorization");
  return header === null ? url.searchParams.get("_token") : header.replace(/^Bearer\s+/i, "");
}

function toJson(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map(toJson);
  return reply instanceof Status ? reply.word : reply;
}

function toBase64(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map(toBase64);
  if (reply instanceof Status) return reply.word;
  return typeof reply === "string" ? new TextEncoder().encode(reply).toBase64() : reply;
}

function reply(status: number, body: Answer | Answer[]): Response {
  return Response.json(body, { status });
}
