import { utf8Bytes } from "../json.ts";
import type { LlmRequest, LlmUsage } from "./llm.ts";
import type { Price } from "./prices.ts";

/** What a call costs. */
export interface Cost {
  tokens: number;
  microusd: number;
}

/** What a provider's own words around a message can come to, in tokens. */
const PER_MESSAGE = 16;
const PER_CALL = 64;

/**
 * The most that a call can cost: a token stands for one byte at the least, and an answer is no
 * longer than was asked for.
 */
export function worstCase(
  { messages, maxTokens }: Pick<LlmRequest, "messages" | "maxTokens">,
  price: Price,
): Cost {
  const bytes = messages.reduce((sum, { content }) => sum + utf8Bytes(content), 0);
  const input = bytes + messages.length * PER_MESSAGE + PER_CALL;
  return costOf({ input, output: maxTokens }, price);
}

/** What a call has cost. Fractions of a micro-dollar count as a whole one. */
export function costOf({ input, output }: LlmUsage, [inPrice, outPrice]: Price): Cost {
  const microusd = Math.ceil(input * inPrice + output * outPrice - 1e-6);
  return { tokens: input + output, microusd: Math.max(0, microusd) };
}
