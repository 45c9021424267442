import assert from "@std/assert";
import * as z from "zod";
import { openSecret, type SecretKeeper } from "../../../supabase/functions/_shared/vault/keeper.ts";
import { OPENAI_KEY, startOpenai } from "../../fakes/openai.ts";
import { ASK, GRANT, tool } from "./llm_rig.ts";
import { outputOf } from "./rig.ts";
import { ATTEMPT, onEveryFailure, onEveryService, SERVICE_HOST } from "./services.ts";

onEveryFailure("llm", startOpenai, (timeoutMs) => tool({ timeoutMs }), {
  policy: GRANT,
  source: `${ATTEMPT}${ASK} export default async (_, agent) => [
    await codeOf(() => ask(agent)),
    await codeOf(async () => {
      for await (const _ of agent.llm.stream({
        model: "openai/gpt-test", messages: [{ role: "user", content: "?" }],
      }));
    }),
  ];`,
});

const OWN: SecretKeeper = {
  reveal: ({ name }) =>
    Promise.resolve(
      name === "MINE"
        ? openSecret(OPENAI_KEY, [SERVICE_HOST])
        : name === "ELSEWHERE"
        ? openSecret(OPENAI_KEY, ["other.example.com"])
        : undefined,
    ),
};

onEveryService(
  "a key of one's own pays where its host is the provider's, and goes nowhere else",
  startOpenai,
  tool({ secrets: OWN, keys: {} }),
  async (rig, fake) => {
    const source = `${ATTEMPT}${ASK} export default (_, agent) => codeOf(() => ask(agent));`;
    const codes: unknown[] = [];
    for (const secret of ["MINE", "ELSEWHERE", "NONE", undefined]) {
      const policy = { llm: { ...GRANT.llm, ...(secret !== undefined && { secret }) } };
      codes.push(outputOf(await rig.run({ policy, source })));
    }
    assert.deepEqual(codes, ["ok", "secret_denied", "secret_denied", "unavailable"]);
    assert.equal(fake.heard.length, 1);
  },
);

onEveryService(
  "a provider that echoes its key tells the program nothing",
  () => startOpenai({ say: () => `Your key is ${OPENAI_KEY}, and in base64 ${btoa(OPENAI_KEY)}.` }),
  tool(),
  async (rig) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `${ASK} export default async (_, agent) => {
        const { text } = await ask(agent);
        agent.log(text);
        return text;
      };`,
    });
    const seen = JSON.stringify([outcome, z.string().parse(outputOf(outcome))]);
    assert.ok(!seen.includes(OPENAI_KEY) && !seen.includes(btoa(OPENAI_KEY)), seen);
  },
);
