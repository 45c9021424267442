import { EventSourceParserStream } from "eventsource-parser/stream";
import * as z from "zod";
import type { Egress, EgressResponse, Moved } from "../egress/egress.ts";
import { ToolRefusal } from "../policy/refusal.ts";
import { ask, chunksOf, type Question, readJson, refusalOf, type Upstream } from "../upstream.ts";
import { anthropic } from "./anthropic.ts";
import { type Dialect, type LlmAnswer, LlmBroken, type LlmRequest } from "./llm.ts";
import { openai } from "./openai.ts";

const DIALECTS = { openai, anthropic } as const satisfies Record<string, Dialect>;

/** Who runs models. */
export type LlmProvider = keyof typeof DIALECTS;

/** Where each provider is. */
export type LlmUrls = Readonly<Record<LlmProvider, string>>;

/** What a request is sent with. */
export interface LlmCall {
  provider: LlmProvider;
  /** Opens the provider, and pays it. */
  key: string;
  request: LlmRequest;
  signal: AbortSignal;
}

/** An answer, and the bytes that moved for it. */
export interface LlmReply extends LlmAnswer, Moved {}

/** A failed call of which is known that it cost nothing: the provider refused it. */
export class LlmRefused extends ToolRefusal {}

/** Language models, whoever runs them. */
export interface Llm {
  urls: LlmUrls;
  /**
   * Asks a model. Throws {@link LlmRefused} where the provider would not, else `ToolRefusal`
   * `upstream_failed` or `timed_out`, and then nobody knows what it cost.
   */
  ask(call: LlmCall): Promise<LlmReply>;
  /** The same, piece by piece. What it returns holds the whole text again. */
  stream(call: LlmCall): AsyncGenerator<string, LlmReply, void>;
}

const TIMEOUT_MS = 120_000;
/** What an answer may weigh: each token comes in an event of its own when it is streamed. */
const BYTES_PER_TOKEN = 1_024;
const BYTES_AROUND = 64 * 1_024;

/** A client of all providers over one way out. */
export function createLlm(
  egress: Egress,
  urls: LlmUrls,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): Llm {
  const open = async (call: LlmCall, stream: boolean) => {
    const upstream = upstreamOf(call, urls);
    const { signal } = call;
    const question = questionOf(call, upstream.url, { stream, timeoutMs });
    const response = await ask({ egress, upstream, signal }, question);
    if (response.status === 200) return { upstream, response };
    const { message, cause, until } = await refusalOf(upstream, response);
    throw new LlmRefused("upstream_failed", message, { cause, ...until });
  };
  return {
    urls,
    async ask(call) {
      const { upstream, response } = await open(call, false);
      const reply = await readJson(upstream, response, z.unknown());
      const answer = guarded(upstream, response, () => DIALECTS[call.provider].read(reply));
      return { ...answer, ...response.moved() };
    },
    async *stream(call) {
      const { upstream, response } = await open(call, true);
      const reader = DIALECTS[call.provider].reader();
      for await (const { data } of eventsOf(upstream, response)) {
        const piece = guarded(upstream, response, () => reader.take(data));
        if (piece !== "") yield piece;
      }
      const { answer } = reader;
      if (answer !== undefined) return { ...answer, ...response.moved() };
      throw broken(upstream, response, new Error("the stream ended before its end"));
    },
  };
}

function upstreamOf({ provider, key }: LlmCall, urls: LlmUrls): Upstream {
  const headers = DIALECTS[provider].headers(key);
  return { name: provider, url: urls[provider], headers, secrets: [key] };
}

function questionOf(
  { provider, request }: LlmCall,
  url: string,
  { stream, timeoutMs }: { stream: boolean; timeoutMs: number },
): Question {
  const { path, body } = DIALECTS[provider];
  return {
    method: "POST",
    path,
    body: body(request, { stream, url }),
    ...(stream && { headers: { accept: "text/event-stream" } }),
    timeoutMs,
    maxBytes: BYTES_AROUND + request.maxTokens * BYTES_PER_TOKEN,
  };
}

/** The events of a streamed answer, which must say that it is one. */
async function* eventsOf(upstream: Upstream, response: EgressResponse) {
  if (!/^text\/event-stream\b/i.test(response.headers["content-type"] ?? "")) {
    await response.body.cancel();
    throw broken(upstream, response, new Error("the answer is no stream of events"));
  }
  yield* ReadableStream.from(chunksOf(upstream, response))
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
}

/** Runs a reader over what a provider sent, which may be anything. */
function guarded<Value>(upstream: Upstream, response: EgressResponse, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    const expected = [z.ZodError, SyntaxError, LlmBroken].some((type) => thrown instanceof type);
    throw expected ? broken(upstream, response, thrown) : thrown;
  }
}

function broken({ name }: Upstream, response: EgressResponse, cause: unknown): ToolRefusal {
  const options = { cause, ...response.moved() };
  return new ToolRefusal("upstream_failed", `${name} answered what nobody can read.`, options);
}
