import { utf8Bytes } from "../../_shared/json.ts";
import {
  type Llm,
  type LlmCall,
  type LlmProvider,
  type LlmReply,
} from "../../_shared/llm/client.ts";
import { type Cost, costOf, worstCase } from "../../_shared/llm/cost.ts";
import { type Price, priceOf, type Prices } from "../../_shared/llm/prices.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { clean, createCleaner } from "../../_shared/untrusted/clean.ts";
import { suspect } from "../../_shared/untrusted/suspect.ts";
import type { SecretKeeper } from "../../_shared/vault/keeper.ts";
import { defineTool, type Performed, type Performing, type Tool } from "../calls/tool.ts";
import { openOwnKey } from "../services/own_key.ts";
import { amountsOf, forNothing, type LlmGrant, settled, spentOf } from "./budget.ts";
import { operatorKey, type OperatorKeys } from "./key.ts";
import { LlmArgs, MAX_PROMPT_BYTES } from "./schema.ts";

/** What the tool is made of. */
export interface LlmToolDeps {
  llm: Llm;
  prices: Prices;
  /** The operator's own keys. */
  keys: OperatorKeys;
  /** Opens users' own keys; without it they have none. */
  secrets: SecretKeeper | undefined;
}

/**
 * `llm`: one question to a language model. What it can cost at the most, in tokens and in money, is
 * reserved before it is asked, and what it has cost counts in the end.
 */
export function createLlmTool(deps: LlmToolDeps): Tool {
  return defineTool({
    name: "llm",
    grant: "llm",
    args: LlmArgs,
    plan: (args) => ({
      target: args.model,
      summary: summaryOf(args),
      check: ({ models }) => check(deps, args, models),
      amounts: (granted, whose) => amountsOf(worstOf(deps, args), granted, whose),
    }),
    async perform(args, at) {
      const call = await callOf(deps, args, at);
      try {
        return performedOf(deps, args, await deps.llm.ask(call));
      } catch (thrown) {
        throw settled(thrown);
      }
    },
    wantsStream: ({ stream }) => stream,
    stream: (args, at) => stream(deps, args, at),
  });
}

/** The pieces of an answer, each without what is hidden in it, and then the whole. */
async function* stream(
  deps: LlmToolDeps,
  args: LlmArgs,
  at: Performing<LlmGrant>,
): AsyncGenerator<string, Performed, void> {
  const pieces = deps.llm.stream(await callOf(deps, args, at));
  const cleaner = createCleaner();
  try {
    for (;;) {
      const { done, value } = await pieces.next();
      const piece = done ? cleaner.end() : cleaner.push(value);
      if (piece !== "") yield piece;
      if (done) return performedOf(deps, args, value);
    }
  } catch (thrown) {
    throw settled(thrown);
  } finally {
    await pieces.return(EMPTY);
  }
}

const EMPTY: LlmReply = { text: "", stop: "other", usage: undefined, bytesIn: 0, bytesOut: 0 };

/** What a person sees who is asked: whom, how much, and how it ends. */
function summaryOf({ model, messages, max_tokens }: LlmArgs): unknown {
  const last = messages.at(-1)?.content ?? "";
  return { model, max_tokens, messages: messages.length, last };
}

function check({ prices }: LlmToolDeps, { model, messages }: LlmArgs, models: string[]): void {
  if (!models.includes(model)) {
    throw new ToolRefusal("model_denied", `The model ${model} is not granted.`);
  }
  if (priceOf(prices, model) === undefined) {
    throw new ToolRefusal("model_denied", `Nobody here knows what ${model} costs.`);
  }
  const bytes = messages.reduce((sum, { content }) => sum + utf8Bytes(content), 0);
  if (bytes > MAX_PROMPT_BYTES) {
    throw new ToolRefusal("invalid_arguments", `messages: at most ${MAX_PROMPT_BYTES} bytes`);
  }
}

function worstOf({ prices }: LlmToolDeps, { model, messages, max_tokens }: LlmArgs): Cost {
  return worstCase({ messages, maxTokens: max_tokens }, priceOf(prices, model) ?? FREE);
}

const FREE: Price = [0, 0];

async function callOf(
  { llm, keys, secrets }: LlmToolDeps,
  { model: full, messages, max_tokens: maxTokens, temperature, stop }: LlmArgs,
  { granted, run, signal }: Performing<LlmGrant>,
): Promise<LlmCall> {
  const provider: LlmProvider = full.startsWith("openai/") ? "openai" : "anthropic";
  const model = full.slice(provider.length + 1);
  const request = { model, messages, maxTokens, temperature, stop };
  try {
    const own = granted.secret;
    const key = own === undefined
      ? operatorKey(keys, provider)
      : await openOwnKey(secrets, { run, name: own, url: llm.urls[provider], signal });
    return { provider, key, request, signal };
  } catch (thrown) {
    throw thrown instanceof ToolRefusal ? forNothing(thrown) : thrown;
  }
}

function performedOf({ prices }: LlmToolDeps, { model }: LlmArgs, reply: LlmReply): Performed {
  const { text, hidden } = clean(reply.text);
  const { usage, bytesIn, bytesOut } = reply;
  const cost = usage && costOf(usage, priceOf(prices, model) ?? FREE);
  return {
    value: {
      text,
      model,
      stop: reply.stop,
      usage: usage ? { input_tokens: usage.input, output_tokens: usage.output } : null,
      microusd: cost?.microusd ?? null,
      flags: suspect(text, hidden),
      untrusted: true,
    },
    bytesIn,
    bytesOut,
    ...(cost && { spent: spentOf(cost) }),
  };
}
