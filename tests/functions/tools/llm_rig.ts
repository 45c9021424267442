import { createLlm } from "../../../supabase/functions/_shared/llm/client.ts";
import type { Prices } from "../../../supabase/functions/_shared/llm/prices.ts";
import type { SecretKeeper } from "../../../supabase/functions/_shared/vault/keeper.ts";
import type { Tool } from "../../../supabase/functions/tools/calls/tool.ts";
import { createLlmTool } from "../../../supabase/functions/tools/llm/tool.ts";
import { ANTHROPIC_KEY } from "../../fakes/anthropic.ts";
import { OPENAI_KEY } from "../../fakes/openai.ts";
import { PATIENT_MS, type Service } from "./services.ts";

/** What the models of these tests cost. */
const PRICES = {
  "openai/gpt-test": [1, 2],
  "openai/gpt-dear": [50, 100],
  "anthropic/claude-test": [3, 15],
} as const;
const KEYS = { openai: OPENAI_KEY, anthropic: ANTHROPIC_KEY };

/** What differs between tests of the tool. */
export interface Setting {
  prices?: Prices;
  secrets?: SecretKeeper;
  timeoutMs?: number;
  keys?: Partial<typeof KEYS>;
}

/** The tool over one fake, which is both providers. */
export function tool(
  { prices = PRICES, secrets, timeoutMs = PATIENT_MS, keys = KEYS }: Setting = {},
) {
  return ({ egress, named }: Service): Tool[] => [createLlmTool({
    llm: createLlm(egress, { openai: `${named}/v1`, anthropic: named }, { timeoutMs }),
    prices,
    keys: { openai: undefined, anthropic: undefined, ...keys },
    secrets,
  })];
}

/** Asks one short question. */
export const ASK = `const ask = (agent, more = {}) =>
  agent.llm({ model: "openai/gpt-test", messages: [{ role: "user", content: "?" }], ...more });
`;
/** The models that there are. */
export const GRANT = { llm: { models: ["openai/gpt-test", "anthropic/claude-test"] } };
