import * as z from "zod";
import { type Dialect, LlmBroken, type LlmStop, type LlmUsage } from "./llm.ts";

const Count = z.int().min(0).max(1e9);
const Usage = z.object({ prompt_tokens: Count, completion_tokens: Count });
const Text = z.string().nullish();

const Reply = z.object({
  choices: z.array(z.object({
    message: z.object({ content: Text, refusal: Text }),
    finish_reason: Text,
  })).min(1),
  usage: Usage.nullish(),
});

const Chunk = z.object({
  choices: z.array(z.object({
    delta: z.object({ content: Text, refusal: Text }).nullish(),
    finish_reason: Text,
  })).default([]),
  usage: Usage.nullish(),
  error: z.unknown().optional(),
});

const STOPS: Readonly<Record<string, LlmStop>> = {
  stop: "end",
  length: "max_tokens",
  content_filter: "refused",
};

/** The chat completions of OpenAI, and of the many that speak as it does. */
export const openai: Dialect = {
  path: "/chat/completions",
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  body: ({ model, messages, maxTokens, temperature, stop }, { stream, url }) => ({
    model,
    messages,
    // OpenAI's own models that think refuse the old name, and others do not know the new one.
    [new URL(url).hostname === "api.openai.com" ? "max_completion_tokens" : "max_tokens"]:
      maxTokens,
    n: 1,
    ...(temperature !== undefined && { temperature }),
    ...(stop.length > 0 && { stop }),
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  }),
  read(reply) {
    const { choices: [choice], usage } = Reply.parse(reply);
    const refused = choice?.message.refusal;
    return {
      text: choice?.message.content ?? refused ?? "",
      stop: refused ? "refused" : stopOf(choice?.finish_reason),
      usage: usageOf(usage),
    };
  },
  reader() {
    let text = "";
    let stop: LlmStop = "other";
    let usage: LlmUsage | undefined;
    let done = false;
    return {
      take(data) {
        if (data === "[DONE]") {
          done = true;
          return "";
        }
        const chunk = Chunk.parse(JSON.parse(data));
        if (chunk.error) throw new LlmBroken("an error came in the stream");
        usage = usageOf(chunk.usage) ?? usage;
        const [choice] = chunk.choices;
        if (choice?.finish_reason) stop = stopOf(choice.finish_reason);
        if (choice?.delta?.refusal) stop = "refused";
        const piece = choice?.delta?.content ?? choice?.delta?.refusal ?? "";
        text += piece;
        return piece;
      },
      get answer() {
        return done ? { text, stop, usage } : undefined;
      },
    };
  },
};

function stopOf(reason: string | null | undefined): LlmStop {
  return STOPS[reason ?? ""] ?? "other";
}

function usageOf(usage: z.infer<typeof Usage> | null | undefined): LlmUsage | undefined {
  return usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : undefined;
}
