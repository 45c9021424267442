import { Fault } from "../../_shared/fault.ts";
import type { Call } from "../../_shared/route.ts";
import { cancelExchange } from "../runs/cancel.ts";
import { askAs } from "../siblings/ask.ts";
import type { Place } from "../siblings/place.ts";
import { exchangeOf, newSession } from "./exchange.ts";
import { isWelcome } from "./origin.ts";
import { Cancelled, type Message } from "./schema.ts";
import { createServer, type Library } from "./server.ts";

/** The headers that the protocol reads. */
const HEADERS = [
  ...["accept", "content-type", "mcp-protocol-version", "mcp-method", "mcp-name"],
  "mcp-session-id",
];

let library: Promise<Library> | undefined;

/**
 * Answers one message of a client, in every revision of the protocol that its library knows. Nothing
 * is kept between two: any isolate answers any message.
 */
export async function serve(message: Message, call: Call, place: Place): Promise<Response> {
  const { platform: { allowedOrigins, log }, header } = call;
  if (!isWelcome(header("origin"), { allowed: allowedOrigins, resource: place.resource })) {
    throw new Fault("forbidden", "Pages of this origin do not speak MCP with us.");
  }
  const session = header("mcp-session-id");
  const cancelled = Cancelled.safeParse(message).data;
  if (cancelled !== undefined) {
    const id = await exchangeOf(session, cancelled.params.requestId);
    if (id !== undefined) await cancelExchange(call, id);
    return new Response(null, { status: 202 });
  }
  const loaded = await (library ??= import("@modelcontextprotocol/server"));
  const ask = askAs(call, place.functionsUrl);
  const handler = loaded.createMcpHandler(
    ({ era }) => createServer(loaded, { call, ask, session, modern: era === "modern" }),
    // Nothing changes that anybody could subscribe to: nobody holds a stream for it.
    {
      maxSubscriptions: 0,
      onerror: ({ message }) => log("info", "mcp_refused", { message: message.slice(0, 200) }),
    },
  );
  const response = await handler.fetch(requestOf(call, place), { parsedBody: message });
  return message.method === "initialize" ? await greeted(response) : response;
}

/** The message comes parsed: what our own limits on bodies let through. */
function requestOf({ header, signal }: Call, { resource }: Place): Request {
  const headers = new Headers();
  for (const name of HEADERS) {
    const value = header(name);
    if (value !== undefined) headers.set(name, value);
  }
  return new Request(resource, { method: "POST", headers, signal });
}

/**
 * Gives a client of an earlier revision a session, so that its request ids mean something; none to
 * who was refused.
 */
async function greeted(response: Response): Promise<Response> {
  const { status, headers } = response;
  const text = await response.text();
  const answer = new Response(text, { status, headers });
  if (status === 200 && text.includes('"result":')) {
    answer.headers.set("mcp-session-id", newSession());
  }
  return answer;
}
