import assert from "@std/assert";
import { amountsOf } from "../../../supabase/functions/tools/llm/budget.ts";
import { startAnthropic } from "../../fakes/anthropic.ts";
import { startOpenai } from "../../fakes/openai.ts";
import { ASK, GRANT, tool } from "./llm_rig.ts";
import { outputOf } from "./rig.ts";
import { ATTEMPT, onEveryService, Texts } from "./services.ts";

/** What a call of `ASK` can come to at the most: a byte, the words around, and the answer. */
const WORST_TOKENS = 1 + 16 + 64 + 100;

onEveryService(
  "agent.llm answers a text with its usage and its price, from either provider",
  () => startOpenai({ say: () => "Fine.", usage: { prompt_tokens: 10, completion_tokens: 5 } }),
  tool(),
  async (rig, fake) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `${ASK} export default (_, agent) => ask(agent, { max_tokens: 100, stop: ["END"] });`,
    });
    assert.deepEqual(outputOf(outcome), {
      text: "Fine.",
      model: "openai/gpt-test",
      stop: "end",
      usage: { input_tokens: 10, output_tokens: 5 },
      microusd: 20,
      flags: [],
      untrusted: true,
    });
    assert.deepEqual(fake.heard[0]?.body, {
      model: "gpt-test",
      messages: [{ role: "user", content: "?" }],
      max_tokens: 100,
      n: 1,
      stop: ["END"],
    });
    const [call] = outcome.calls;
    assert.deepEqual([call?.tool, call?.target, call?.outcome], ["llm", "openai/gpt-test", "ok"]);
    assert.ok((call?.bytes_in ?? 0) > 100);
  },
);

onEveryService(
  "agent.llm asks Anthropic as Anthropic wants to be asked",
  () => startAnthropic(),
  tool(),
  async (rig, fake) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `export default async (_, agent) => (await agent.llm({
        model: "anthropic/claude-test",
        messages: [{ role: "system", content: "Brief!" }, { role: "user", content: "Hello?" }],
        max_tokens: 50,
      })).usage;`,
    });
    assert.deepEqual(outputOf(outcome), { input_tokens: 25, output_tokens: 12 });
    assert.deepEqual(fake.heard[0]?.body, {
      model: "claude-test",
      max_tokens: 50,
      messages: [{ role: "user", content: "Hello?" }],
      system: "Brief!",
    });
  },
);

onEveryService(
  "agent.llm.stream gives pieces as they come, cleaned, and the cost at the end",
  () => startOpenai({ say: () => "One\u200b two\u{e0041} three.\u202e" }),
  tool(),
  async (rig) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `export default async (_, agent) => {
        const stream = agent.llm.stream({
          model: "openai/gpt-test", messages: [{ role: "user", content: "?" }],
        });
        let text = "";
        for await (const piece of stream) text += piece;
        const { text: whole, flags, microusd } = await stream.result();
        return { text, whole, flags, priced: microusd > 0 };
      };`,
    });
    const text = "One two three.";
    assert.deepEqual(outputOf(outcome), {
      text,
      whole: text,
      flags: ["hidden_text"],
      priced: true,
    });
    assert.equal(outcome.calls[0]?.outcome, "ok");
  },
);

onEveryService(
  "a model that is not granted, that the operator does not allow, or that has no price is not asked",
  startOpenai,
  tool(),
  async (rig, fake) => {
    const outcome = await rig.run({
      policy: { llm: { models: ["openai/gpt-test", "openai/gpt-dear", "openai/unpriced"] } },
      source: `${ATTEMPT}${ASK} export default async (_, agent) => [
        await codeOf(() => ask(agent, { model: "anthropic/claude-test" })),
        await codeOf(() => ask(agent, { model: "openai/unpriced" })),
        await codeOf(() => ask(agent, { model: "openai/gpt-dear" })),
        await codeOf(() => ask(agent, { model: "openai/GPT-TEST" })),
        await codeOf(() => ask(agent, { model: "https://elsewhere.example.com" })),
        await codeOf(() => ask(agent, { messages: [] })),
        await codeOf(() => ask(agent, { messages: [{ role: "system", content: "x" }] })),
        await codeOf(() => ask(agent, { max_tokens: 1e9 })),
        await codeOf(() => ask(agent, { tools: [] })),
      ];`,
    });
    const invalid = "invalid_arguments";
    assert.deepEqual(outputOf(outcome), [
      ...["model_denied", "model_denied", "over_ceiling", "model_denied", invalid],
      ...[invalid, invalid, invalid, invalid],
    ]);
    assert.equal(fake.heard.length, 0);
  },
);

onEveryService(
  "50 calls at once cannot outrun the tokens of a run",
  () => startOpenai({ say: () => "x", usage: { prompt_tokens: 81, completion_tokens: 100 } }),
  tool(),
  async (rig, fake) => {
    const outcome = await rig.run({
      policy: { llm: { ...GRANT.llm, max_tokens: 7 * WORST_TOKENS + 5 } },
      source: `${ATTEMPT}${ASK} export default (_, agent) => Promise.all(
        Array.from({ length: 50 }, () => codeOf(() => ask(agent, { max_tokens: 100 }))));`,
    });
    const codes = Texts.parse(outputOf(outcome));
    assert.deepEqual(
      [codes.filter((code) => code === "ok").length, fake.heard.length],
      [7, 7],
    );
    assert.equal(codes.filter((code) => code === "budget_spent").length, 43);
  },
);

onEveryService(
  "the money of an agent's day holds over its runs, and what was not spent is given back",
  () => startOpenai({ say: () => "x", usage: { prompt_tokens: 1, completion_tokens: 1 } }),
  tool(),
  async (rig, fake) => {
    const worst = 81 + 2 * 100;
    const name = await rig.agent({
      policy: { llm: { ...GRANT.llm, max_microusd_per_day: worst + 6 } },
      source: `${ATTEMPT}${ASK} export default (_, agent) =>
        codeOf(() => ask(agent, { max_tokens: 100 }));`,
    });
    const codes: unknown[] = [];
    for (let run = 0; run < 4; run++) codes.push(outputOf(await rig.execute(name)));
    // Each costs 3: the fourth could cost more than is left after three.
    assert.deepEqual(codes, ["ok", "ok", "ok", "budget_spent"]);
    assert.equal(fake.heard.length, 3);
  },
);

onEveryService(
  "a refusal of the provider costs nothing, and what may have cost something stays reserved",
  startOpenai,
  tool(),
  async (rig, fake) => {
    const name = await rig.agent({
      policy: { llm: { ...GRANT.llm, max_microusd_per_day: 300 } },
      source: `${ATTEMPT}${ASK} export default (_, agent) =>
        codeOf(() => ask(agent, { max_tokens: 100 }));`,
    });
    const codes: unknown[] = [];
    for (const mood of ["error", "gone", "error", "broken", "well"] as const) {
      fake.mood = mood;
      codes.push(outputOf(await rig.execute(name)));
    }
    const failed = "upstream_failed";
    assert.deepEqual(codes, [failed, failed, failed, failed, "budget_spent"]);
  },
);

onEveryService(
  "a model of the operator's own that costs nothing is bounded by its tokens alone",
  () => startOpenai({ say: () => "x", usage: { prompt_tokens: 81, completion_tokens: 100 } }),
  tool({ prices: { "openai/gpt-test": [0, 0] } }),
  async (rig) => {
    const grant = { ...GRANT.llm, max_tokens: 2 * WORST_TOKENS, max_microusd_per_day: 0 };
    const outcome = await rig.run({
      policy: { llm: grant },
      source: `${ATTEMPT}${ASK} export default async (_, agent) => [
        (await ask(agent, { max_tokens: 100 })).microusd,
        await codeOf(() => ask(agent, { max_tokens: 100 })),
        await codeOf(() => ask(agent, { max_tokens: 100 })),
      ];`,
    });
    assert.deepEqual(outputOf(outcome), [0, "ok", "budget_spent"]);
  },
);

Deno.test("what a policy lets a day cost counts for its agent, a ceiling's for all of a user's", () => {
  const cost = { tokens: 5, microusd: 7 };
  const most = { max_tokens: 50, max_microusd_per_day: 70 };
  const scopes = (["policy", "ceiling"] as const).map((whose) =>
    amountsOf(cost, { ...most, models: [], approval: "none" }, whose).map(({ scope, what, most }) =>
      `${scope} ${what} ${most}`
    )
  );
  assert.deepEqual(scopes, [
    ["run llm_tokens 50", "agent llm_microusd 70"],
    ["run llm_tokens 50", "user llm_microusd 70"],
  ]);
});
