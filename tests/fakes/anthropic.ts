import * as z from "zod";
import { type FakeService, type Heard, serveFake } from "./service.ts";

/** The key that the fake takes. */
export const ANTHROPIC_KEY = "sk-ant-0123456789abcdef";

const Body = z.strictObject({
  model: z.string(),
  max_tokens: z.int().min(1),
  messages: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string() }))
    .min(1),
  system: z.string().optional(),
  temperature: z.number().min(0).max(1).optional(),
  stop_sequences: z.string().array().optional(),
  stream: z.boolean().optional(),
});

/** What the model says to a prompt. */
export interface AnthropicScript {
  say(body: z.infer<typeof Body>): string;
  /** Ends the stream with an error event in the middle. */
  overloaded?: boolean;
}

const USAGE = {
  input_tokens: 21,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 4,
  service_tier: "standard",
};
const OUTPUT_TOKENS = 12;

/** Anthropic's messages, version 2023-06-01, whole and streamed. */
export function startAnthropic(
  script: AnthropicScript = { say: () => "Hello there." },
): FakeService {
  return serveFake({
    error: {
      type: "error",
      error: { type: "api_error", message: "Internal server error" },
      request_id: "req_011CSHoEeqs5C35K2UUqR7Fy",
    },
    answer: (heard) => respond(heard, script),
  });
}

function respond({ method, path, headers, body }: Heard, script: AnthropicScript): Response {
  if (method !== "POST" || path !== "/v1/messages") return refusal(404, "not_found_error");
  if (headers["x-api-key"] !== ANTHROPIC_KEY) return refusal(401, "authentication_error");
  if (headers["anthropic-version"] !== "2023-06-01") return refusal(400, "invalid_request_error");
  const parsed = Body.safeParse(body);
  if (!parsed.success) {
    return refusal(400, "invalid_request_error", z.prettifyError(parsed.error));
  }
  const { model, stream } = parsed.data;
  const text = script.say(parsed.data);
  const message = {
    id: "msg_01XFDUDYJgAACzvnptvVoYEL",
    type: "message",
    role: "assistant",
    model,
    stop_sequence: null,
  };
  if (stream) return streamed(message, text, script);
  return Response.json({
    ...message,
    content: [{ type: "thinking", thinking: "Hm.", signature: "x" }, { type: "text", text }],
    stop_reason: "end_turn",
    usage: { ...USAGE, output_tokens: OUTPUT_TOKENS },
  });
}

function streamed(message: object, text: string, { overloaded }: AnthropicScript): Response {
  const pieces = text.match(/\S+\s*|\s+/g) ?? [];
  const delta = (text: string) => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text },
  });
  const start = {
    type: "message_start",
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: { ...USAGE, output_tokens: 1 },
    },
  };
  const events = [
    start,
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    ...pieces.map(delta),
    ...(overloaded
      ? [{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }]
      : [
        { type: "content_block_stop", index: 0 },
        {
          type: "message_delta",
          delta: { stop_reason: "end_turn", stop_sequence: null },
          usage: { output_tokens: OUTPUT_TOKENS },
        },
        { type: "message_stop" },
      ]),
  ];
  const lines = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return new Response(lines.join(""), {
    headers: { "content-type": "text/event-stream; charset=utf-8" },
  });
}

function refusal(status: number, type: string, message = type): Response {
  return Response.json({ type: "error", error: { type, message } }, { status });
}
