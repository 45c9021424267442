import assert from "@std/assert";
import type * as z from "zod";
import { Policy } from "../../../../supabase/functions/_shared/policy/schema.ts";
import { needsOf } from "../../../../supabase/functions/agents/drafts/needs.ts";

function needs(body: string, parameter = "agent") {
  return needsOf(`export default async (input, ${parameter}) => {\n${body}\n};`);
}

/** Compares a policy with one as an author writes it. */
function assertPolicy(found: Policy, wanted: z.input<typeof Policy>): void {
  assert.deepEqual(found, Policy.parse(wanted));
}

Deno.test("needsOf() names the hosts, methods and paths that a source fetches", () => {
  const { policy, unclear } = needs(`
    await agent.fetch("https://api.example.com/v1/things?limit=3");
    await agent.fetch(\`https://api.example.com/v1/things/\${input.id}/parts\`);
    await agent.fetch("https://api.example.com/v1/things", { method: "post", body: "{}" });
    await agent.call("fetch", { url: "https://example.org:8443/", method: "DELETE" });
  `);
  assertPolicy(policy, {
    fetch: {
      rules: [
        { host: "api.example.com", methods: ["GET"], paths: ["/v1/things", "/v1/things/**"] },
        { host: "api.example.com", methods: ["POST"], paths: ["/v1/things"] },
        { host: "example.org", port: 8443, methods: ["DELETE"], paths: ["/"] },
      ],
    },
  });
  assert.deepEqual(unclear, []);
});

Deno.test("needsOf() grants nothing for what is computed, and says where it is", () => {
  const { policy, unclear } = needs(`
    await agent.fetch(input.url);
    await agent.fetch(\`https://api.\${input.zone}.example.com/\`);
    await agent.fetch("https://example.com/", { method: input.method });
    await agent.fetch("http://example.com/");
    await agent.llm({ model: input.model, messages: [] });
    await agent.github("get_file", { repository: input.repository });
    await agent.email({ to: ["ann@example.com", input.to], subject: "x", text: "x" });
    await agent.shell(input.command);
  `);
  assertPolicy(policy, { email: { domains: ["example.com"] } });
  assert.deepEqual(unclear.map((text) => text.replace(/ that is computed$/, "")), [
    "line 3: agent.fetch with a URL",
    "line 4: agent.fetch with a URL",
    "line 5: agent.fetch with a method",
    "line 6: agent.fetch with a URL",
    "line 10: agent.shell with a command",
    "line 7: agent.llm with a model",
    "line 8: agent.github with a repository",
    "line 9: agent.email with a recipient",
  ]);
});

Deno.test("needsOf() names models, repositories, domains and commands, and the least access", () => {
  const { policy, unclear } = needs(`
    await agent.files.read("a.txt");
    await agent.llm({ model: "openai/gpt-5-mini", messages: [] });
    for await (const _ of agent.llm.stream({ model: "anthropic/claude-haiku-4-5", messages: [] }));
    await agent.github("get_file", { repository: "acme/widget", path: "a" });
    await agent.search("cats");
    await agent.email({ to: "ann@Example.com", cc: ["bob@example.org"], subject: "x", text: "x" });
    await agent.shell("grep -ri todo . | head -3; wc -l a.txt");
  `);
  assertPolicy(policy, {
    files: { access: "read" },
    llm: { models: ["openai/gpt-5-mini", "anthropic/claude-haiku-4-5"] },
    github: { repositories: ["acme/widget"] },
    search: {},
    email: { domains: ["example.com", "example.org"] },
    shell: { commands: ["grep", "head", "wc"] },
  });
  assert.deepEqual(unclear, []);
});

Deno.test("needsOf() knows the agent by any name, and what is taken out of it", () => {
  assertPolicy(needs(`await ctx.files.write("a", "b");`, "ctx").policy, { files: {} });
  const taken = needs(`await files.append("a", "b"); await find("x");`, "{ files, search: find }");
  assertPolicy(taken.policy, { files: {}, search: {} });
  assertPolicy(
    needs(`await other.files.write("a", "b"); fetch("https://example.com/");`).policy,
    {},
  );
});

Deno.test("needsOf() leaves out what no policy can grant, and says so", () => {
  const { policy, unclear } = needs(`
    await agent.fetch("https://127.0.0.1/");
    await agent.search("x");
  `);
  assertPolicy(policy, { search: {} });
  assert.deepEqual(unclear, ["agent.fetch is called with what no policy can grant"]);
});
