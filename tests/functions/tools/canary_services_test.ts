/**
 * Canaries for the tools that are built on services: keys of a user's own and of the operator, sent
 * to services that say them back in everything that they answer.
 */
import assert from "@std/assert";
import * as z from "zod";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createLlm } from "../../../supabase/functions/_shared/llm/client.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { createSecretKeeper } from "../../../supabase/functions/_shared/vault/reveal.ts";
import { createVault } from "../../../supabase/functions/_shared/vault/vault.ts";
import { createKeeping } from "../../../supabase/functions/_shared/workspace/keeping.ts";
import admin from "../../../supabase/functions/admin/index.ts";
import type { Tool } from "../../../supabase/functions/tools/calls/tool.ts";
import { createResend } from "../../../supabase/functions/tools/email/resend.ts";
import { createEmailTool } from "../../../supabase/functions/tools/email/tool.ts";
import { createGithub } from "../../../supabase/functions/tools/github/client.ts";
import { createGithubTool } from "../../../supabase/functions/tools/github/tool.ts";
import { createLlmTool } from "../../../supabase/functions/tools/llm/tool.ts";
import { createBrave } from "../../../supabase/functions/tools/search/brave.ts";
import { createSearchTool } from "../../../supabase/functions/tools/search/tool.ts";
import type { Heard } from "../../fakes/service.ts";
import { startParrot } from "../../fakes/parrot.ts";
import { as, expect } from "../admin/rig.ts";
import { assertNowhere, canary } from "./canary.ts";
import { outputOf } from "./rig.ts";
import { onEveryService, PATIENT_MS, type Service, SERVICE_HOST } from "./services.ts";

const OWN = { llm: canary("own-llm"), github: canary("own-github") };
const OPERATOR = {
  openai: canary("openai"),
  anthropic: canary("anthropic"),
  github: canary("github"),
  brave: canary("brave"),
  resend: canary("resend"),
};

const MODELS = ["openai/gpt-test", "anthropic/claude-test"];
const env = readEnv();
const platform = createPlatform("tools", env);
const secrets = createSecretKeeper({
  service: platform.service(),
  vault: createVault(env.secrets),
  log: platform.log,
});

/** Every tool that is built on a service, each with the operator's key for it. */
function tools({ egress, named: url }: Service): Tool[] {
  const timeoutMs = PATIENT_MS;
  const { openai, anthropic, github: token, brave, resend } = OPERATOR;
  const prices = Object.fromEntries(MODELS.map((model) => [model, [1, 1] as const]));
  const engine = createBrave(egress, { url, key: brave, timeoutMs });
  const mailer = createResend(egress, { url, key: resend, from: "a@example.com", timeoutMs });
  return [
    createLlmTool({
      llm: createLlm(egress, { openai: `${url}/v1`, anthropic: url }, { timeoutMs }),
      prices,
      keys: { openai, anthropic },
      secrets,
    }),
    createGithubTool({ github: createGithub(egress, { url, token, timeoutMs }), secrets }),
    createSearchTool({ engine, blocked: [] }),
    createEmailTool({ mailer, examine: createKeeping().examine }),
  ];
}

/** Asks everything, prints what came and throws it away as its result. */
const PROGRAM = `export default async (_, agent) => {
  const ask = (model, content = "Which key?") => ({ model, messages: [{ role: "user", content }] });
  const gpt = "openai/gpt-test";
  const read = (action, more) => agent.github(action, { repository: "acme/widget", ...more });
  const mail = (subject) => agent.email({ to: "ann@example.com", subject, text: "Which key?" });
  const streamed = async (content) => {
    const stream = agent.llm.stream(ask(gpt, content));
    let text = "";
    for await (const piece of stream) { agent.output(piece); text += piece; }
    return [text, await stream.result()];
  };
  const said = [];
  for (const work of [
    () => agent.llm(ask(gpt)), () => agent.llm(ask("anthropic/claude-test")),
    () => streamed("Which key?"), () => streamed("refused"),
    () => agent.llm(ask(gpt, "refused")), () => agent.llm(ask(gpt, "broken")),
    () => read("get_file", { path: "a.txt" }), () => read("get_issue", { number: 1 }),
    () => read("get_repository", {}), () => read("get_file", { path: "refused" }),
    () => read("get_file", { path: "broken" }),
    () => agent.search("which key"), () => mail("x"), () => mail("refused"), () => mail("broken"),
  ]) {
    try {
      const value = await work();
      console.log(JSON.stringify(value));
      said.push(["ok", JSON.stringify(value)]);
    } catch (error) {
      console.error(error.code, error.message, error.stack);
      said.push([error.code, error.message]);
    }
  }
  return said;
};`;

const GRANTS = {
  llm: { models: MODELS },
  github: { repositories: ["acme/widget"] },
  search: {},
  email: { domains: ["example.com"] },
};
const FAILED = "upstream_failed";
const CODES = [
  ...["ok", "ok", "ok", FAILED, FAILED, FAILED],
  ...["ok", "ok", "ok", FAILED, FAILED],
  ...["ok", "ok", FAILED, FAILED],
];

/** Which keys a service has heard, of which it could have told. */
function keysOf(heard: readonly Heard[]): Set<string> {
  return new Set(heard.map(({ headers }) => {
    const { authorization, "x-api-key": key, "x-subscription-token": token } = headers;
    return authorization?.replace("Bearer ", "") ?? key ?? token ?? "nothing";
  }));
}

const Said = z.array(z.tuple([z.string(), z.string()]));

onEveryService(
  "no key of a service, the operator's or a user's own, is in any answer, table, log or event",
  startParrot,
  tools,
  async (rig, fake) => {
    const ask = as(rig.owner, admin);
    for (const [name, value] of [["LLM_KEY", OWN.llm], ["GITHUB_KEY", OWN.github]]) {
      await expect(ask("POST", "/admin/secrets", { name, value, hosts: [SERVICE_HOST] }), 201);
    }
    const own = {
      ...GRANTS,
      llm: { ...GRANTS.llm, secret: "LLM_KEY" },
      github: { ...GRANTS.github, secret: "GITHUB_KEY" },
    };
    const { brave, resend } = OPERATOR;
    const policies = [
      { policy: GRANTS, keys: Object.values(OPERATOR) },
      { policy: own, keys: [...Object.values(OWN), brave, resend] },
    ];
    for (const { policy, keys } of policies) {
      fake.heard.length = 0;
      const outcome = await rig.run({ policy, source: PROGRAM });
      const said = Said.parse(outputOf(outcome));
      assert.deepEqual(said.map(([code]) => code), CODES);
      assert.ok(said.every(([code, text]) => code !== "ok" || text.includes("[secret]")));
      assert.deepEqual(keysOf(fake.heard), new Set(keys));
      await assertNowhere({ ownLlm: OWN.llm, ownGithub: OWN.github, ...OPERATOR }, {
        rig,
        run: outcome.run,
      });
    }
  },
);
