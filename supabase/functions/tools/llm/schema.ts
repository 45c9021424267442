import * as z from "zod";
import { ModelName } from "../../_shared/policy/schema.ts";
import { text } from "../../_shared/schema.ts";

const MAX_MESSAGES = 200;
/** Below the size at which providers begin to charge more, as a token is at least a byte. */
const MAX_PROMPT_CHARS = 190_000;
const MAX_TOKENS = 64_000;

const Message = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  content: text(MAX_PROMPT_CHARS).min(1),
});

/** What a program asks of a language model. */
export const LlmArgs = z.strictObject({
  model: ModelName,
  messages: z.array(Message).min(1).max(MAX_MESSAGES)
    .refine((list) => list.some(({ role }) => role !== "system"), "needs one of a user"),
  max_tokens: z.int().min(1).max(MAX_TOKENS).default(1_024),
  temperature: z.number().min(0).max(2).optional(),
  stop: z.array(text(100).min(1)).max(4).default([]),
  stream: z.boolean().default(false),
});
export type LlmArgs = z.infer<typeof LlmArgs>;

/** The longest prompt, in bytes of UTF-8 and over all messages. */
export const MAX_PROMPT_BYTES = MAX_PROMPT_CHARS;
