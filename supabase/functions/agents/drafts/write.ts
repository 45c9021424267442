import { Fault } from "../../_shared/fault.ts";
import type { Llm, LlmProvider, LlmReply } from "../../_shared/llm/client.ts";
import { matchesHost } from "../../_shared/policy/match.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { NO_POLICY } from "../../_shared/policy/schema.ts";
import { compile } from "../../_shared/sandbox/source/compile.ts";
import type { SecretKeeper } from "../../_shared/vault/keeper.ts";
import { readAnswer } from "./answer.ts";
import { type Needs, needsOf } from "./needs.ts";
import { promptOf } from "./prompt.ts";
import type { Draft, NewDraft } from "./schema.ts";

/** What drafts are written with. */
export interface DraftDeps {
  /** Undefined where this deployment has none. */
  llm: Llm | undefined;
  /** The operator's keys, and the model that they are for here. */
  keys: Readonly<Record<LlmProvider, string | undefined>>;
  model: string | undefined;
  /** Opens users' own keys; without it they have none. */
  secrets: SecretKeeper | undefined;
}

/** A deployment without language models. */
export const NO_DRAFTS: DraftDeps = {
  llm: undefined,
  keys: { openai: undefined, anthropic: undefined },
  model: undefined,
  secrets: undefined,
};

/** Who wants a draft, and for how long. */
export interface Drafting {
  userId: string;
  signal: AbortSignal;
  /** Takes one of the drafts that the operator's key pays a user a day, or throws `rate_limited`. */
  takeOne(): Promise<void>;
}

const MAX_TOKENS = 8_000;

/**
 * Has a model write an agent, and checks what it wrote like any source. Nothing is kept, and nothing
 * runs. Throws `Fault`: `llm_unavailable`, `draft_failed`, `rate_limited`, and
 * `not_found` for a secret that is none.
 */
export async function writeDraft(
  deps: DraftDeps,
  wish: NewDraft,
  drafting: Drafting,
): Promise<Draft> {
  const { llm } = deps;
  const model = wish.model ?? deps.model;
  if (llm === undefined || model === undefined) throw new Fault("llm_unavailable");
  const provider: LlmProvider = model.startsWith("openai/") ? "openai" : "anthropic";
  const key = wish.secret === undefined
    ? deps.keys[provider]
    : await ownKey(deps, { name: wish.secret, url: llm.urls[provider] }, drafting);
  if (key === undefined) throw new Fault("llm_unavailable");
  if (wish.secret === undefined) await drafting.takeOne();
  const request = {
    model: model.slice(provider.length + 1),
    messages: promptOf(wish),
    maxTokens: MAX_TOKENS,
    stop: [],
  };
  const reply = await asked(llm, { provider, key, request, signal: drafting.signal });
  const written = readAnswer(reply.text);
  if (written === undefined) {
    throw new Fault("draft_failed", "The language model wrote no source.");
  }
  const { usage } = reply;
  return {
    ...written,
    ...await checked(written.source, wish.language),
    language: wish.language,
    model,
    usage: usage ? { input_tokens: usage.input, output_tokens: usage.output } : null,
  };
}

async function ownKey(
  { secrets }: DraftDeps,
  { name, url }: { name: string; url: string },
  { userId, signal }: Drafting,
): Promise<string> {
  // A draft belongs to no agent, so only what is for all of its user's agents is asked.
  const secret = await secrets?.reveal({ userId, agentId: null, name }, signal);
  const { hostname } = new URL(url);
  if (secret?.hosts.some((pattern) => matchesHost(pattern, hostname))) return secret.value;
  throw new Fault("not_found", `There is no secret ${name} that is for ${hostname}.`);
}

async function asked(llm: Llm, call: Parameters<Llm["ask"]>[0]): Promise<LlmReply> {
  try {
    return await llm.ask(call);
  } catch (cause) {
    if (!(cause instanceof ToolRefusal)) throw cause;
    throw new Fault("draft_failed", cause.message, { cause });
  }
}

/** The findings of a source, and what it would need where it can run at all. */
async function checked(
  source: string,
  language: NewDraft["language"],
): Promise<Needs & Pick<Draft, "runnable" | "findings">> {
  const compiled = await compile(source, language);
  const { ok: runnable, findings } = compiled;
  const needs = compiled.ok ? needsOf(compiled.program) : { policy: NO_POLICY, unclear: [] };
  return { runnable, findings, ...needs };
}
