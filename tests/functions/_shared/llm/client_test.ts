import assert from "@std/assert";
import { createEgress } from "../../../../supabase/functions/_shared/egress/create.ts";
import {
  createLlm,
  type Llm,
  type LlmProvider,
  type LlmReply,
} from "../../../../supabase/functions/_shared/llm/client.ts";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { ANTHROPIC_KEY, startAnthropic } from "../../../fakes/anthropic.ts";
import { OPENAI_KEY, startOpenai } from "../../../fakes/openai.ts";
import type { FakeService, Mood } from "../../../fakes/service.ts";

const REQUEST = {
  model: "some-model",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hello?" },
  ],
  maxTokens: 100,
  stop: [],
} as const;

/** Both providers, each with its fake. */
const PROVIDERS = {
  openai: { key: OPENAI_KEY, path: "/v1", start: startOpenai },
  anthropic: { key: ANTHROPIC_KEY, path: "", start: startAnthropic },
} as const;

interface Rig {
  llm: Llm;
  fake: FakeService;
  call(key?: string): Parameters<Llm["ask"]>[0];
}

function rig(provider: LlmProvider, fake: FakeService, timeoutMs = 5_000): Rig {
  const egress = createEgress({ privateOrigins: [fake.url] });
  const url = fake.url + PROVIDERS[provider].path;
  const llm = createLlm(egress, { openai: url, anthropic: url }, { timeoutMs });
  const signal = new AbortController().signal;
  return {
    llm,
    fake,
    call: (key = PROVIDERS[provider].key) => ({ provider, key, request: REQUEST, signal }),
  };
}

function onBoth(
  promise: string,
  test: (provider: LlmProvider) => Promise<void>,
): void {
  for (const provider of ["openai", "anthropic"] as const) {
    Deno.test(`${provider}: ${promise}`, () => test(provider));
  }
}

async function drain(pieces: AsyncGenerator<string, LlmReply, void>) {
  const got: string[] = [];
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return { got, reply: value };
    got.push(value);
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (thrown) {
    if (thrown instanceof ToolRefusal) return thrown.code;
    throw thrown;
  }
}

onBoth("an answer comes with its text, its end and what it cost", async (provider) => {
  await using fake = PROVIDERS[provider].start({ say: () => "Good morning to you." });
  const { llm, call } = rig(provider, fake);
  const { text, stop, usage, bytesIn, bytesOut } = await llm.ask(call());
  assert.deepEqual([text, stop], ["Good morning to you.", "end"]);
  assert.deepEqual(
    usage,
    provider === "openai" ? { input: 11, output: 5 } : { input: 25, output: 12 },
  );
  assert.ok(bytesIn > 100 && bytesOut > 100);
});

onBoth("a stream gives the pieces as they come, and then the whole", async (provider) => {
  await using fake = PROVIDERS[provider].start({ say: () => "Good morning to you. 👋🏽 Grüße" });
  const { llm, call } = rig(provider, fake);
  const { got, reply } = await drain(llm.stream(call()));
  assert.ok(got.length > 3);
  assert.equal(got.join(""), "Good morning to you. 👋🏽 Grüße");
  assert.equal(reply.text, got.join(""));
  assert.equal(reply.stop, "end");
  assert.ok((reply.usage?.output ?? 0) > 0);
});

onBoth("what a provider does wrong is a typed refusal, whole and streamed", async (provider) => {
  const expected: Record<Exclude<Mood, "well">, string> = {
    error: "upstream_failed",
    slow: "timed_out",
    huge: "upstream_failed",
    broken: "upstream_failed",
    page: "upstream_failed",
    redirect: "upstream_failed",
    gone: "upstream_failed",
  };
  await using fake = PROVIDERS[provider].start();
  const { llm, call } = rig(provider, fake, 500);
  for (const mood of ["error", "slow", "huge", "broken", "page", "redirect", "gone"] as const) {
    fake.mood = mood;
    assert.equal(await codeOf(llm.ask(call())), expected[mood], mood);
    assert.equal(await codeOf(drain(llm.stream(call()))), expected[mood], `${mood}, streamed`);
  }
});

onBoth("a key is told to nobody but its provider, and no refusal repeats it", async (provider) => {
  await using fake = PROVIDERS[provider].start();
  const { llm, call } = rig(provider, fake);
  const wrong = "sk-wrong-0123456789";
  const thrown: unknown = await llm.ask(call(wrong)).catch((err) => err);
  assert.ok(thrown instanceof ToolRefusal);
  assert.equal(thrown.message, `${provider} answered 401.`);
  assert.ok(!JSON.stringify([thrown.message, String(thrown.cause)]).includes(wrong));
  assert.ok(JSON.stringify(fake.heard[0]?.headers).includes(wrong));
});

Deno.test("openai: a stream that breaks off is no answer", async () => {
  await using fake = startOpenai({ say: () => "one two three four", breakAfter: 2 });
  const { llm, call } = rig("openai", fake);
  assert.equal(await codeOf(drain(llm.stream(call()))), "upstream_failed");
});

Deno.test("anthropic: an error in the middle of a stream is no answer", async () => {
  await using fake = startAnthropic({ say: () => "one two three", overloaded: true });
  const { llm, call } = rig("anthropic", fake);
  assert.equal(await codeOf(drain(llm.stream(call()))), "upstream_failed");
});

Deno.test("openai: an answer without usage is one whose cost nobody knows", async () => {
  await using fake = startOpenai({ say: () => "hm", usage: null });
  const { llm, call } = rig("openai", fake);
  assert.equal((await llm.ask(call())).usage, undefined);
  assert.equal((await drain(llm.stream(call()))).reply.usage, undefined);
});
