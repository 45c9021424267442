import * as z from "zod";
import { uuid7 } from "../ids.ts";
import { jsonText } from "../json.ts";
import { describe, type Log } from "../log.ts";
import { ANY_TOOL, type Job, ToolFailure } from "../sandbox/engine.ts";
import { LineReader } from "../sandbox/remote/lines.ts";

/** Where the tool calls of a run go, and what they bring. */
export interface ToolsDeps {
  /** The `tools` function. */
  url: string;
  /** The pass of the run. */
  token: Promise<string>;
  requestId: string;
  /** The run's place in a trace. */
  traceparent?: string | undefined;
  log: Log;
  /** Told when a person is asked to approve a call. */
  onWaiting(waiting: Waiting): void;
  /** Replaced by tests. */
  fetch?: typeof fetch;
}

/** A call that waits for a person. */
export interface Waiting {
  call: string;
  tool: string;
  /** When nobody need say anything any more. */
  until: string;
}

const Outcome = z.union([
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), code: z.string(), message: z.string() }),
]);
const Reply = z.union([
  Outcome,
  z.strictObject({ waiting: z.strictObject({ call: z.string(), until: z.string() }) }),
]);
const Line = z.union([z.strictObject({ delta: z.string() }), Outcome]);
const StreamArgs = z.strictObject({ stream: z.string().max(64) });

/** How often a call that waits for a person asks whether one has spoken. */
const POLL_MS = 500;
/** How many streams of one run may be open at once. */
const MAX_STREAMS = 8;
/** A line is a tool's result of at most 256 KiB, escaped; one that is longer is not ours. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** The answer of one call that comes in pieces. */
interface Pieces extends AsyncIterator<string, unknown, void> {
  /** Ends the tool as well, read from or not. */
  close(): Promise<void>;
}

/**
 * The tools of one run: every call goes to the `tools` function, which decides and performs it. An
 * answer that comes in pieces is a stream here: each `stream.next` takes what has come.
 */
export function createRunTools(deps: ToolsDeps): Job["tools"] {
  const streams = new Map<string, Pieces>();
  return {
    [ANY_TOOL]: async (args, signal, tool) => {
      if (tool === "stream.next") return await next(streams, args);
      if (tool === "stream.close") return await close(streams, args);
      return await call(deps, streams, { tool, args }, signal);
    },
  };
}

interface Asked {
  tool: string;
  args: unknown;
}

async function call(
  deps: ToolsDeps,
  streams: Map<string, Pieces>,
  asked: Asked,
  signal: AbortSignal,
): Promise<unknown> {
  const id = uuid7();
  for (let told = false;; told = true) {
    const response = await post(deps, { call: id, ...asked }, signal);
    if (response.headers.get("content-type")?.startsWith("application/x-ndjson")) {
      if (streams.size >= MAX_STREAMS) {
        await response.body?.cancel();
        throw new ToolFailure("budget_spent", `A run may have ${MAX_STREAMS} open streams.`);
      }
      const pieces = piecesOf(response);
      streams.set(id, pieces);
      // What nobody reads is not closed by the request's own signal before it is collected.
      signal.addEventListener("abort", () => void pieces.close(), { once: true });
      if (signal.aborted) await pieces.close();
      return { stream: id };
    }
    const reply = Reply.parse(await response.json());
    if (!("waiting" in reply)) return valueOf(reply);
    if (!told) deps.onWaiting({ ...reply.waiting, tool: asked.tool });
    await pause(signal);
  }
}

async function post(
  { url, token, requestId, traceparent, log, fetch: send = fetch }: ToolsDeps,
  body: Asked & { call: string },
  signal: AbortSignal,
): Promise<Response> {
  try {
    const response = await send(`${url}/calls`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await token}`,
        "content-type": "application/json",
        "x-request-id": requestId,
        ...(traceparent !== undefined && { traceparent }),
      },
      body: jsonText(body),
      signal,
      redirect: "error",
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new Error(`the tools function answered ${response.status}: ${text.slice(0, 300)}`);
  } catch (cause) {
    if (!signal.aborted) log("error", "tools_unreachable", { cause: describe(cause) });
    throw new ToolFailure("unavailable", "The tool cannot be had at the moment.", { cause });
  }
}

function valueOf(reply: z.infer<typeof Outcome>): unknown {
  if (reply.ok) return reply.value;
  throw new ToolFailure(reply.code, reply.message);
}

function piecesOf({ body }: Response): Pieces {
  const reader = new LineReader(body ?? new ReadableStream());
  return {
    async next() {
      const line = await reader.next(MAX_LINE_BYTES);
      if (line === undefined) throw new ToolFailure("unavailable", "The stream broke off.");
      const said = Line.parse(JSON.parse(line));
      if ("delta" in said) return { done: false, value: said.delta };
      await reader.cancel();
      return { done: true, value: valueOf(said) };
    },
    close: () => reader.cancel(),
  };
}

/** The next piece of a stream, as `{ delta }`, or what the whole came to, as `{ value }`. */
async function next(streams: Map<string, Pieces>, args: unknown): Promise<unknown> {
  const { stream, pieces } = find(streams, args);
  try {
    const { done, value } = await pieces.next();
    if (!done) return { delta: value };
    streams.delete(stream);
    return { value };
  } catch (thrown) {
    streams.delete(stream);
    await pieces.close();
    throw thrown;
  }
}

/** Leaves a stream before its end: the tool is stopped, too. */
async function close(streams: Map<string, Pieces>, args: unknown): Promise<unknown> {
  const { stream, pieces } = find(streams, args);
  streams.delete(stream);
  await pieces.close();
  return null;
}

function find(streams: Map<string, Pieces>, args: unknown): { stream: string; pieces: Pieces } {
  const asked = StreamArgs.safeParse(args);
  const pieces = asked.success ? streams.get(asked.data.stream) : undefined;
  if (asked.success && pieces !== undefined) return { stream: asked.data.stream, pieces };
  throw new ToolFailure("not_found", "There is no such stream.");
}

/** Waits until it is time to ask again, or throws as soon as the run has ended. */
async function pause(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(go, POLL_MS);
    signal.addEventListener("abort", go);
    if (signal.aborted) go();
    function go() {
      clearTimeout(timer);
      signal.removeEventListener("abort", go);
      resolve();
    }
  });
  if (signal.aborted) throw new ToolFailure("run_ended", "The run has ended.");
}
