import * as z from "zod";
import { type FakeService, type Heard, serveFake } from "./service.ts";

/** The key that the fake takes. */
export const OPENAI_KEY = "sk-openai-0123456789abcdef";

const Body = z.strictObject({
  model: z.string(),
  messages: z.array(z.strictObject({
    role: z.enum(["system", "user", "assistant"]),
    content: z.string(),
  })).min(1),
  max_tokens: z.int().optional(),
  max_completion_tokens: z.int().optional(),
  temperature: z.number().optional(),
  stop: z.string().array().max(4).optional(),
  n: z.literal(1).optional(),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
});
type Body = z.infer<typeof Body>;

/** What the model says to a prompt, and how it counts. */
export interface OpenaiScript {
  say(body: Body): string;
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  /** Breaks the stream off after so many pieces. */
  breakAfter?: number;
}

const HEAD = { id: "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", created: 1_741_569_952 };

/** OpenAI's chat completions, whole and streamed. */
export function startOpenai(script: OpenaiScript = { say: () => "Hello there." }): FakeService {
  return serveFake({
    error: { error: { message: "The server had an error", type: "server_error", code: null } },
    answer: (heard) => respond(heard, script),
  });
}

function respond({ method, path, headers, body }: Heard, script: OpenaiScript): Response {
  if (method !== "POST" || path !== "/v1/chat/completions") return refusal(404, "Invalid URL");
  if (headers["authorization"] !== `Bearer ${OPENAI_KEY}`) {
    return refusal(401, `Incorrect API key provided: ${headers["authorization"]}.`);
  }
  const parsed = Body.safeParse(body);
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  const text = script.say(parsed.data);
  const usage = script.usage === undefined ? counted(parsed.data, text) : script.usage;
  if (parsed.data.stream) return streamed(parsed.data, text, { ...script, usage });
  return Response.json({
    ...HEAD,
    object: "chat.completion",
    model: parsed.data.model,
    choices: [{
      index: 0,
      message: { role: "assistant", content: text, refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: "stop",
    }],
    ...(usage && { usage: { ...usage, total_tokens: total(usage) } }),
    service_tier: "default",
  });
}

type Usage = NonNullable<OpenaiScript["usage"]>;

function streamed(
  { model, stream_options }: Body,
  text: string,
  { usage, breakAfter = Infinity }: OpenaiScript,
): Response {
  const chunk = (choices: unknown[], more = {}) => ({
    ...HEAD,
    object: "chat.completion.chunk",
    model,
    choices,
    ...(stream_options?.include_usage && { usage: null }),
    ...more,
  });
  const delta = (delta: unknown, finish_reason: string | null = null) =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason }]);
  const pieces = text.match(/\S+\s*|\s+/g) ?? [];
  const events: unknown[] = [
    delta({ role: "assistant", content: "", refusal: null }),
    ...pieces.slice(0, breakAfter).map((content) => delta({ content })),
  ];
  const isWhole = pieces.length <= breakAfter;
  if (isWhole) {
    events.push(delta({}, "stop"));
    if (stream_options?.include_usage && usage) {
      events.push(chunk([], { usage: { ...usage, total_tokens: total(usage) } }));
    }
  }
  const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return new Response(isWhole ? `${lines}data: [DONE]\n\n` : lines, {
    headers: { "content-type": "text/event-stream; charset=utf-8" },
  });
}

function counted({ messages }: Body, text: string): Usage {
  const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
  return {
    prompt_tokens: Math.ceil(chars / 4) + 7,
    completion_tokens: Math.ceil(text.length / 4),
  };
}

function total({ prompt_tokens, completion_tokens }: Usage): number {
  return prompt_tokens + completion_tokens;
}

function refusal(status: number, message: string): Response {
  const error = { message, type: "invalid_request_error", param: null, code: null };
  return Response.json({ error }, { status });
}
