import assert from "@std/assert";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";

const VARS = {
  SUPABASE_URL: "http://project.test",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_1"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
};

Deno.test("readEnv() has no service that nobody configured, and knows where providers are", () => {
  const { services } = readEnv(VARS);
  assert.deepEqual(services, {
    llm: {
      urls: { openai: "https://api.openai.com/v1", anthropic: "https://api.anthropic.com" },
      keys: { openai: undefined, anthropic: undefined },
      prices: {},
      draftModel: undefined,
    },
    search: undefined,
    blockedHosts: [],
    github: { url: "https://api.github.com", token: undefined },
    email: undefined,
  });
});

Deno.test("readEnv() reads the services that an operator configured", () => {
  const { services } = readEnv({
    ...VARS,
    CLOISTER_OPENAI_KEY: "sk-1",
    CLOISTER_OPENAI_URL: "http://ollama:11434/v1/",
    CLOISTER_LLM_PRICES: '{"openai/llama": [0, 0.5]}',
    CLOISTER_DRAFT_MODEL: "openai/llama",
    CLOISTER_SEARCH_PROVIDER: "searxng",
    CLOISTER_SEARXNG_URL: "http://searxng:8080",
    CLOISTER_SEARCH_BLOCKED: "bad.example.com, **.worse.example.com",
    CLOISTER_RESEND_KEY: "re_1",
    CLOISTER_EMAIL_FROM: "Agents <agents@example.com>",
    CLOISTER_EMAIL_OUTBOX: "/tmp/outbox",
  });
  assert.equal(services.llm.urls.openai, "http://ollama:11434/v1");
  assert.deepEqual(services.llm.prices, { "openai/llama": [0, 0.5] });
  assert.equal(services.llm.draftModel, "openai/llama");
  assert.deepEqual(services.search, { provider: "searxng", url: "http://searxng:8080" });
  assert.deepEqual(services.blockedHosts, ["bad.example.com", "**.worse.example.com"]);
  const from = "Agents <agents@example.com>";
  assert.deepEqual(services.email, {
    via: "resend",
    url: "https://api.resend.com",
    key: "re_1",
    from,
  });
});

Deno.test("readEnv() stops at half a service with the variable's name and no value", () => {
  const cases: [string, Record<string, string>][] = [
    ["CLOISTER_BRAVE_KEY", { CLOISTER_SEARCH_PROVIDER: "brave" }],
    ["CLOISTER_SEARXNG_URL", { CLOISTER_SEARCH_PROVIDER: "searxng" }],
    ["CLOISTER_SEARCH_PROVIDER", { CLOISTER_SEARCH_PROVIDER: "hunter2" }],
    ["CLOISTER_EMAIL_FROM", { CLOISTER_RESEND_KEY: "hunter2" }],
    ["CLOISTER_EMAIL_FROM", { CLOISTER_EMAIL_OUTBOX: "/tmp/hunter2" }],
    ["CLOISTER_EMAIL_FROM", { CLOISTER_EMAIL_FROM: "A <a@b.c>\r\nBcc: hunter2@x.y" }],
    ["CLOISTER_OPENAI_KEY", { CLOISTER_OPENAI_KEY: "hunter2\nx: y" }],
    ["CLOISTER_OPENAI_URL", { CLOISTER_OPENAI_URL: "https://user:hunter2@example.com" }],
    ["CLOISTER_LLM_PRICES", { CLOISTER_LLM_PRICES: '{"hunter2": [1, 2]}' }],
    ["CLOISTER_LLM_PRICES", { CLOISTER_LLM_PRICES: '{"openai/hunter2": [-1, 2]}' }],
    ["CLOISTER_SEARCH_BLOCKED", { CLOISTER_SEARCH_BLOCKED: "https://hunter2/" }],
  ];
  for (const [name, more] of cases) {
    assert.throws(
      () => readEnv({ ...VARS, ...more }),
      ({ message }: Error) => message.includes(name) && !message.includes("hunter2"),
      JSON.stringify(more),
    );
  }
});
