import * as z from "zod";
import { type Dialect, LlmBroken, type LlmMessage, type LlmStop } from "./llm.ts";

const Count = z.int().min(0).max(1e9);
const Input = z.object({
  input_tokens: Count,
  cache_creation_input_tokens: Count.nullish(),
  cache_read_input_tokens: Count.nullish(),
});
const Output = z.object({ output_tokens: Count });
const Stop = z.object({ stop_reason: z.string().nullish() });

const Reply = Stop.extend({
  type: z.literal("message"),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  usage: z.intersection(Input, Output),
});

const Event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message_start"), message: z.object({ usage: Input }) }),
  z.object({
    type: z.literal("content_block_delta"),
    delta: z.object({ type: z.string(), text: z.string().optional() }),
  }),
  z.object({ type: z.literal("message_delta"), delta: Stop, usage: Output }),
  z.object({ type: z.literal("message_stop") }),
  z.object({ type: z.literal("error") }),
]);
/** New kinds of events may come at any time, and are to be passed over. */
const AnyEvent = z.object({ type: z.string() });
const KNOWN: readonly string[] = Event.options.map(({ shape }) => shape.type.value);

const STOPS: Readonly<Record<string, LlmStop>> = {
  end_turn: "end",
  max_tokens: "max_tokens",
  model_context_window_exceeded: "max_tokens",
  stop_sequence: "stop",
  refusal: "refused",
};

/** Anthropic's messages, version 2023-06-01. */
export const anthropic: Dialect = {
  path: "/v1/messages",
  headers: (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
  body: ({ model, messages, maxTokens, temperature, stop }, { stream }) => {
    const system = messages.filter(isSystem).map(({ content }) => content).join("\n\n");
    return {
      model,
      max_tokens: maxTokens,
      messages: messages.filter((message) => !isSystem(message)),
      ...(system !== "" && { system }),
      ...(temperature !== undefined && { temperature }),
      ...(stop.length > 0 && { stop_sequences: stop }),
      ...(stream && { stream: true }),
    };
  },
  read(reply) {
    const { content, stop_reason, usage } = Reply.parse(reply);
    return {
      text: content.map((block) => block.type === "text" ? block.text ?? "" : "").join(""),
      stop: stopOf(stop_reason),
      usage: { input: inputOf(usage), output: usage.output_tokens },
    };
  },
  reader() {
    let text = "";
    let stop: LlmStop = "other";
    let input: number | undefined;
    let output: number | undefined;
    let done = false;
    return {
      take(data) {
        const json: unknown = JSON.parse(data);
        if (!KNOWN.includes(AnyEvent.parse(json).type)) return "";
        const event = Event.parse(json);
        if (event.type === "error") throw new LlmBroken("an error came in the stream");
        if (event.type === "message_start") input = inputOf(event.message.usage);
        if (event.type === "message_stop") done = true;
        if (event.type === "message_delta") {
          output = event.usage.output_tokens;
          stop = stopOf(event.delta.stop_reason);
        }
        if (event.type !== "content_block_delta" || event.delta.type !== "text_delta") return "";
        text += event.delta.text ?? "";
        return event.delta.text ?? "";
      },
      get answer() {
        const usage = input === undefined || output === undefined ? undefined : { input, output };
        return done ? { text, stop, usage } : undefined;
      },
    };
  },
};

function isSystem({ role }: LlmMessage): boolean {
  return role === "system";
}

/** What is read from or written to a cache is input too, and at most as dear as we reckon. */
function inputOf(usage: z.infer<typeof Input>): number {
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) +
    (usage.cache_read_input_tokens ?? 0);
}

function stopOf(reason: string | null | undefined): LlmStop {
  return STOPS[reason ?? ""] ?? "other";
}
