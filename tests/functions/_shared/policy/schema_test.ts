import assert from "@std/assert";
import { SHELL_COMMANDS } from "../../../../supabase/functions/_shared/policy/commands.ts";
import { Policy } from "../../../../supabase/functions/_shared/policy/schema.ts";
import { COMMANDS } from "../../../../supabase/functions/tools/shell/commands.ts";

const HOST = "api.example.com";
const rule = (more: object) => ({ fetch: { rules: [{ host: HOST, ...more }] } });
const secret = (more: object) => rule({ secret: { name: "KEY", ...more } });

/** Policies that are none, each with where it goes wrong and a word that helps. */
const WRONG: readonly [policy: unknown, path: string, word: string][] = [
  [rule({ host: "https://api.example.com/v1" }), "fetch.rules.0.host", "without scheme"],
  [rule({ host: "api.example.com:8080" }), "fetch.rules.0.host", "port"],
  [rule({ host: "127.0.0.1" }), "fetch.rules.0.host", "*.example.com"],
  [rule({ paths: ["v1/items"] }), "fetch.rules.0.paths.0", "/v1/items"],
  [rule({ paths: ["/v1?a=b"] }), "fetch.rules.0.paths.0", "without query"],
  [secret({ name: "my-key" }), "fetch.rules.0.secret.name", "API_TOKEN"],
  [secret({ header: "X-Api-Key" }), "fetch.rules.0.secret.header", "x-api-key"],
  [secret({ prefix: "\n" }), "fetch.rules.0.secret.prefix", "printable"],
  [{ shell: { commands: ["grep -r"] } }, "shell.commands.0", "like grep"],
  [{ llm: { models: ["gpt-5-mini"] } }, "llm.models.0", "openai/gpt-5-mini"],
  [{ github: { repositories: ["widget"] } }, "github.repositories.0", "owner/name"],
  [{ email: { domains: ["@example.com"] } }, "email.domains.0", "a host like"],
];

Deno.test("what a policy gets wrong is said in words, with an example, and never as a pattern", () => {
  for (const [policy, path, word] of WRONG) {
    const { error } = Policy.safeParse(policy);
    const [issue] = error?.issues ?? [];
    assert.equal(issue?.path.join("."), path, JSON.stringify(policy));
    assert.ok(issue?.message.includes(word), issue?.message);
    assert.doesNotMatch(issue?.message ?? "", /must match pattern|\^/);
  }
});

Deno.test("the commands that a policy is checked against are those that the shell has", () => {
  assert.deepEqual(SHELL_COMMANDS, Object.keys(COMMANDS));
});
