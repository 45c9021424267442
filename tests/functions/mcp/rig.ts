import assert from "@std/assert";
import * as z from "zod";
import app from "../../../supabase/functions/mcp/index.ts";
import { ADDRESS_HEADER, newAddress, type Person, person } from "../../stack.ts";

/** A JSON-RPC message of the server, as far as tests look into it. */
const Answer = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
});
export type Answer = z.infer<typeof Answer>;

/** What of a tool's result tests look at. */
const Result = z.looseObject({
  isError: z.boolean().default(false),
  content: z.array(z.looseObject({ type: z.string(), text: z.string() })),
  structuredContent: z.looseObject({
    error: z.looseObject({}).nullable().optional(),
    run_id: z.string().optional(),
    status: z.string().optional(),
    output: z.unknown().optional(),
  }),
});

const Tools = z.looseObject({
  tools: z.array(z.looseObject({
    name: z.string(),
    description: z.string(),
    inputSchema: z.looseObject({ type: z.literal("object") }),
  })),
  nextCursor: z.string().optional(),
});

/** How a message is sent. */
export interface Sending {
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  address?: string;
}

export const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "tests", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** Sends a message to the function in this process, as a program would. */
export async function send(
  token: string | undefined,
  message: unknown,
  { headers = {}, signal, address = newAddress() }: Sending = {},
): Promise<Response> {
  return await app.fetch(
    new Request("http://localhost/mcp", {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        [ADDRESS_HEADER]: address,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify(message),
      ...(signal && { signal }),
    }),
  );
}

/** Every message that an answer holds, whether it is one or a stream. */
export async function messagesOf(response: Response): Promise<Answer[]> {
  const text = await response.text();
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return [Answer.parse(JSON.parse(text))];
  }
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) =>
    Answer.parse(JSON.parse(data ?? ""))
  );
}

/** A client of revision 2025-11-25 with a session. */
export interface Client {
  who: Person;
  session: string;
  ask(method: string, params?: unknown, sending?: Sending & { id?: number }): Promise<Answer>;
  use(
    tool: string,
    args?: unknown,
    sending?: Sending & { id?: number },
  ): Promise<z.infer<typeof Result>>;
  tools(cursor?: string): Promise<z.infer<typeof Tools>>;
}

let ids = 0;

/** A client of somebody new, after the handshake; or with another credential than their session. */
export async function connect(name: string, credential?: string, by?: Person): Promise<Client> {
  const who = by ?? await person(name);
  const token = credential ?? who.token;
  const hello = await send(token, {
    jsonrpc: "2.0",
    id: "hello",
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "tests", version: "1" },
    },
  });
  assert.equal(hello.status, 200, await hello.clone().text());
  await hello.body?.cancel();
  const session = hello.headers.get("mcp-session-id") ?? "";
  const ask: Client["ask"] = async (method, params = {}, { id = ++ids, headers, ...rest } = {}) => {
    const versioned = { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" };
    const sending = { ...rest, headers: { ...versioned, ...headers } };
    const response = await send(token, { jsonrpc: "2.0", id, method, params }, sending);
    const answer = (await messagesOf(response)).find((message) => message.id === id);
    assert.ok(answer, `${method} was not answered: ${response.status}`);
    return answer;
  };
  return {
    who,
    session,
    ask,
    use: async (tool, args = {}, sending) => {
      const { result, error } = await ask("tools/call", { name: tool, arguments: args }, sending);
      assert.equal(error, undefined, JSON.stringify(error));
      return Result.parse(result);
    },
    tools: async (cursor) =>
      Tools.parse((await ask("tools/list", { ...(cursor && { cursor }) })).result),
  };
}

/** Creates an agent over the API. */
export async function agentOf(
  who: Person,
  { name = "echo", source = "export default (input) => input;", ...rest }: {
    name?: string;
    source?: string;
    description?: string;
    input_schema?: unknown;
  } = {},
): Promise<string> {
  const body = { name, source, language: "javascript", ...rest };
  const reply = await who.call("POST", "/agents", { body });
  assert.equal(reply.status, 201, await reply.clone().text());
  await reply.body?.cancel();
  return name;
}
