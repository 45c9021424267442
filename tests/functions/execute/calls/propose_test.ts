import assert from "@std/assert";
import { NO_POLICY, Policy } from "../../../../supabase/functions/_shared/policy/schema.ts";
import { proposePolicy } from "../../../../supabase/functions/execute/calls/propose.ts";
import type { Used } from "../../../../supabase/functions/execute/calls/schema.ts";

/** A call that was made, unless told otherwise. */
function used(tool: string, target: string, more: Partial<Used> = {}): Used {
  const nothing = { reason: null, bytes_in: 0, bytes_out: 0, reserved: [] };
  return { tool, target, verdict: "allowed", begun_at: "2026-01-01", ...nothing, ...more };
}

function denied(tool: string, target: string, reason: string): Used {
  return used(tool, target, { verdict: "denied", reason, begun_at: null });
}

Deno.test("proposePolicy() of a run that called nothing grants nothing", () => {
  assert.deepEqual(proposePolicy([], NO_POLICY), { policy: NO_POLICY, denied: [] });
});

Deno.test("proposePolicy() names the hosts, methods and paths of requests, and no more", () => {
  const { policy } = proposePolicy([
    used("fetch", "GET https://api.example.com/v1/a", { bytes_in: 100_000, bytes_out: 10 }),
    used("fetch", "POST https://api.example.com/v1/b"),
    used("fetch", "GET https://api.example.com/v1/a"),
    used("fetch", "GET https://other.example.org:8443/"),
  ], NO_POLICY);
  assert.deepEqual(policy.fetch, {
    rules: [
      {
        host: "api.example.com",
        port: 443,
        methods: ["GET", "POST"],
        paths: ["/v1/a", "/v1/b"],
      },
      { host: "other.example.org", port: 8443, methods: ["GET"], paths: ["/"] },
    ],
    max_calls: 4,
    max_bytes: 131_072,
    approval: "none",
  });
});

Deno.test("proposePolicy() grants many paths of a host by where they begin", () => {
  const under = (folder: string, count: number) =>
    Array.from(
      { length: count },
      (_, n) => used("fetch", `GET https://a.example.com/${folder}/${n}`),
    );
  const pathsOf = (calls: readonly Used[]) =>
    proposePolicy(calls, NO_POLICY).policy.fetch?.rules[0]?.paths;
  assert.deepEqual(pathsOf([...under("x", 8), ...under("y", 8)]), ["/x/**", "/y/**"]);
  assert.deepEqual(pathsOf(under("x", 3)), ["/x/0", "/x/1", "/x/2"]);
  assert.deepEqual(pathsOf([used("fetch", "GET https://a.example.com/a*b")]), ["/**"]);
  assert.deepEqual(
    pathsOf(Array.from({ length: 20 }, (_, n) => used("fetch", `GET https://a.example.com/${n}`))),
    ["/**"],
  );
});

Deno.test("proposePolicy() grants reading alone to a run that only read", () => {
  const access = (...calls: Used[]) => proposePolicy(calls, NO_POLICY).policy.files?.access;
  assert.equal(access(used("files.read", "a"), used("files.list", "")), "read");
  assert.equal(access(used("files.read", "a"), used("files.append", "a")), "write");
  assert.equal(access(used("files.delete", "a")), "write");
  assert.equal(access(used("shell", "cat", { bytes_in: 5 })), "read");
  assert.equal(access(used("shell", "tee", { bytes_in: 5, bytes_out: 5 })), "write");
  assert.equal(access(used("shell", "echo")), undefined);
});

Deno.test("proposePolicy() grants the commands, models, repositories and domains that were used", () => {
  const { policy } = proposePolicy([
    used("shell", "grep head"),
    used("shell", "cat"),
    used("shell", ""),
    used("llm", "openai/gpt-5-mini", { reserved: [{ what: "llm_tokens", amount: 700 }] }),
    used("llm", "openai/gpt-5-mini", {
      reserved: [{ what: "llm_tokens", amount: 300 }, { what: "llm_microusd", amount: 9 }],
    }),
    used("search", "weather"),
    used("github", "denoland/deno"),
    used("email", "example.com,example.org"),
  ], NO_POLICY);
  assert.deepEqual(policy.shell?.commands, ["cat", "grep", "head"]);
  assert.deepEqual(policy.llm?.models, ["openai/gpt-5-mini"]);
  assert.equal(policy.llm?.max_tokens, 1_000);
  assert.equal(policy.llm?.max_microusd_per_day, 9);
  assert.equal(policy.search?.max_calls, 1);
  assert.deepEqual(policy.github?.repositories, ["denoland/deno"]);
  assert.deepEqual(policy.email?.domains, ["example.com", "example.org"]);
});

Deno.test("proposePolicy() keeps what the ledger does not tell: secrets, approvals, limits", () => {
  const secret = { name: "TOKEN", header: "authorization", prefix: "Bearer " };
  const current = Policy.parse({
    fetch: { rules: [{ host: "api.example.com", secret }], approval: "required" },
    github: { repositories: ["a/*"], secret: "GITHUB" },
    limits: { cpu_ms: 100 },
    approval_seconds: 30,
  });
  const { policy } = proposePolicy(
    [used("fetch", "GET https://api.example.com/"), used("github", "a/b")],
    current,
  );
  assert.deepEqual(policy.fetch?.rules[0]?.secret, secret);
  assert.equal(policy.fetch?.approval, "required");
  assert.equal(policy.github?.secret, "GITHUB");
  assert.deepEqual(policy.github?.repositories, ["a/b"]);
  assert.deepEqual([policy.limits, policy.approval_seconds], [{ cpu_ms: 100 }, 30]);
});

Deno.test("proposePolicy() grants nothing that was denied or did not begin, and tells it", () => {
  const proposal = proposePolicy([
    denied("fetch", "GET https://evil.example.com/", "host_denied"),
    denied("fetch", "GET https://evil.example.com/", "host_denied"),
    denied("launch", "", "unknown_tool"),
    used("email", "example.com", { verdict: "expired", begun_at: null }),
  ], NO_POLICY);
  assert.deepEqual(proposal, {
    policy: NO_POLICY,
    denied: [
      { tool: "fetch", target: "GET https://evil.example.com/", reason: "host_denied" },
      { tool: "launch", target: "", reason: "unknown_tool" },
      { tool: "email", target: "example.com", reason: "expired" },
    ],
  });
});

Deno.test("proposePolicy() leaves out what the form of policies cannot say", () => {
  const { policy } = proposePolicy([
    used("fetch", "GET http://127.0.0.1:8080/"),
    used("fetch", "a target of another release"),
    used("toString", "x"),
    used("__proto__", "x"),
  ], NO_POLICY);
  assert.deepEqual(policy, NO_POLICY);
});
