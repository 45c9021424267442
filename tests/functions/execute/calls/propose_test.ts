import assert from "@std/assert";
import { readTarget } from "../../../../supabase/functions/_shared/policy/match.ts";
import { findRule } from "../../../../supabase/functions/_shared/policy/rule.ts";
import { NO_POLICY, Policy } from "../../../../supabase/functions/_shared/policy/schema.ts";
import { proposePolicy } from "../../../../supabase/functions/execute/calls/propose.ts";
import type { Used } from "../../../../supabase/functions/execute/calls/schema.ts";

/** A call that was made, unless told otherwise. */
function used(tool: string, target: string, more: Partial<Used> = {}): Used {
  const nothing = { reason: null, bytes_in: 0, bytes_out: 0, ms: 1, reserved: [], reached: null };
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
    max_bytes: 2 * 1024 * 1024,
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
  const reached = (...tools: string[]) => ({
    reached: tools.map((tool) => ({ tool, target: "" })),
  });
  assert.equal(access(used("shell", "ls", reached("files.list"))), "read");
  assert.equal(access(used("shell", "rm", reached("files.delete", "files.list"))), "write");
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
    used("email", "example.com,example.org", {
      reserved: [{ what: "email_messages", amount: 3 }, { what: "email_messages", amount: 3 }],
    }),
  ], NO_POLICY);
  assert.deepEqual(policy.shell?.commands, ["cat", "grep", "head"]);
  assert.deepEqual(policy.llm?.models, ["openai/gpt-5-mini"]);
  assert.equal(policy.llm?.max_tokens, 1_000);
  assert.equal(policy.llm?.max_microusd_per_day, 9);
  assert.equal(policy.search?.max_calls, 1);
  assert.deepEqual(policy.github?.repositories, ["denoland/deno"]);
  assert.deepEqual(policy.email?.domains, ["example.com", "example.org"]);
  assert.equal(policy.email?.max_messages_per_day, 3);
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

Deno.test("proposePolicy() lists what the form of policies cannot say", () => {
  const odd = [
    "GET http://127.0.0.1:8080/",
    "a target of another release",
    "GET https://api.example.com/a…",
  ];
  const hosts = Array.from({ length: 52 }, (_, n) => `GET https://h${n}.example.com/`);
  const { policy, denied } = proposePolicy([
    ...[...odd, ...hosts].map((target) => used("fetch", target)),
    used("email", "example.com,example.org,example.co…"),
    ...["llm", "github", "shell"].map((tool) => used(tool, "!")),
    used("llm", "openai/gpt", { reserved: [{ what: "llm_tokens", amount: 2 ** 40 }] }),
    used("toString", "x"),
    used("__proto__", "x"),
  ], NO_POLICY);
  assert.deepEqual(policy.fetch?.rules.map(({ host }) => host).at(-1), "h49.example.com");
  assert.equal(policy.fetch?.rules.length, 50);
  assert.deepEqual(policy.email?.domains, ["example.com", "example.org"]);
  assert.equal(policy.llm?.max_tokens, 2 ** 31 - 1);
  assert.deepEqual(denied, [
    ...[...odd, ...hosts.slice(50)].map((target) => ({
      tool: "fetch",
      target,
      reason: "not_covered",
    })),
    ...["shell", "llm", "github"].map((tool) => ({ tool, target: "!", reason: "not_covered" })),
    { tool: "email", target: "example.co…", reason: "not_covered" },
  ]);
});

/** A secret by its name. */
function secretOf(name: string) {
  return { name, header: "authorization", prefix: "Bearer " };
}

/** Which secret each request gets. */
function secretsBy(policy: Policy, requests: readonly string[]): (string | undefined)[] {
  return requests.map((request) => {
    const [method = "", address = ""] = request.split(" ");
    assert.ok(policy.fetch);
    return findRule(policy.fetch, { method, url: new URL(address), isPrivate: false }).secret?.name;
  });
}

Deno.test("a proposed policy gives each request the secret that it had", () => {
  const own = secretOf("OWN"), key = secretOf("KEY"), wide = secretOf("WIDE");
  const host = "api.example.com";
  const current = Policy.parse({
    fetch: {
      rules: [
        { host, paths: ["/own/*/x", "/own/**"], methods: ["GET", "POST"], secret: own },
        { host, paths: ["/open"] },
        { host, methods: ["GET", "DELETE"], secret: key },
        { host: "*.example.com", secret: wide },
      ],
    },
  });
  const requests = [
    ...Array.from({ length: 12 }, (_, n) => `GET https://${host}/own/${n}`),
    ...Array.from({ length: 12 }, (_, n) => `GET https://${host}/all/${n}/b`),
    `POST https://${host}/own/1`,
    `DELETE https://${host}/own/1`,
    `GET https://${host}/open`,
    `DELETE https://${host}/open`,
    `GET https://${host}/a%2Fb`,
    `GET https://${host}/own`,
    "GET https://b.example.com/own/1",
    "HEAD https://b.example.com/",
  ];
  for (const order of [requests, requests.toReversed()]) {
    const { policy } = proposePolicy(order.map((target) => used("fetch", target)), current);
    assert.deepEqual(secretsBy(policy, requests), secretsBy(current, requests));
  }
  const more = [...requests, `PUT https://${host}/own/1`, `PUT https://${host}/a%2Fb`];
  const { policy } = proposePolicy(more.map((target) => used("fetch", target)), current);
  const expected = [...secretsBy(current, requests), undefined, undefined];
  assert.deepEqual(secretsBy(policy, more), expected);
});

Deno.test("proposePolicy() covers every path that it saw", () => {
  const paths = ["/x", "/x/", "/a%2Fb", "/%2e%2e;/", "/a;b", "/a(b)", "/ä", "//x", "/x/../y"];
  const many = Array.from({ length: 12 }, (_, n) => `/x/${n}`);
  for (const list of [...paths.map((path) => [path]), [...many, "/x"], [...many, ...paths]]) {
    const targets = list.map((path) => `GET ${readTarget(`https://a.example.com${path}`).href}`);
    const { policy } = proposePolicy(targets.map((target) => used("fetch", target)), NO_POLICY);
    assert.deepEqual(secretsBy(policy, targets), targets.map(() => undefined));
  }
});
