/** Dollars for a million tokens, which is micro-dollars for one: of what goes in, what comes out. */
export type Price = readonly [input: number, output: number];

/** Prices by `provider/model`. */
export type Prices = Readonly<Record<string, Price>>;

/**
 * The providers' list prices of 2026-11, for prompts below the size at which some cost more. Whoever
 * pays others, or wants models that are not in here, sets `CLOISTER_LLM_PRICES`.
 */
export const LIST_PRICES: Prices = {
  "anthropic/claude-haiku-4-5": [1, 5],
  "anthropic/claude-sonnet-4-5": [3, 15],
  "anthropic/claude-sonnet-4-6": [3, 15],
  "anthropic/claude-sonnet-5": [2, 10],
  "anthropic/claude-sonnet-5-5": [2, 10],
  "anthropic/claude-opus-4-5": [5, 25],
  "anthropic/claude-opus-4-6": [5, 25],
  "anthropic/claude-opus-4-7": [5, 25],
  "anthropic/claude-opus-4-8": [5, 25],
  "anthropic/claude-opus-5": [5, 25],
  "anthropic/claude-opus-5-5": [4, 20],
  "openai/gpt-4o": [2.5, 10],
  "openai/gpt-4o-mini": [0.15, 0.6],
  "openai/gpt-4.1": [2, 8],
  "openai/gpt-4.1-mini": [0.4, 1.6],
  "openai/gpt-4.1-nano": [0.1, 0.4],
  "openai/gpt-5": [1.25, 10],
  "openai/gpt-5-mini": [0.25, 2],
  "openai/gpt-5-nano": [0.05, 0.4],
  "openai/gpt-5.4": [2.5, 15],
  "openai/gpt-5.4-mini": [0.75, 4.5],
  "openai/gpt-5.4-nano": [0.2, 1.25],
  "openai/gpt-5.5": [5, 30],
};

/** The price of a model, if anybody has named one. */
export function priceOf(prices: Prices, model: string): Price | undefined {
  return Object.hasOwn(prices, model) ? prices[model] : undefined;
}
