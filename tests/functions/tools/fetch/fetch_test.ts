import assert from "@std/assert";
import * as z from "zod";
import {
  answer,
  createInternet,
  ended,
  OTHER,
  PUBLIC,
  redirect,
  write,
} from "../../_shared/egress/internet.ts";
import { outputOf } from "../rig.ts";
import { onEveryEngineWithin, PROGRAM, SECRET } from "./rig.ts";

const POLICY = { fetch: { rules: [{ host: "api.example.com" }, { host: "*.example.org" }] } };

/** {@link PROGRAM}, one after the other. */
const IN_TURN = `export default async (calls, agent) => {
  const out = [];
  for (const args of calls) {
    try { out.push((await agent.call("fetch", args)).status); } catch (error) { out.push(error.code); }
  }
  return out;
};`;

const usual = () =>
  createInternet({
    names: {
      "api.example.com": [[PUBLIC]],
      "a.example.org": [[OTHER]],
      "inside.example.org": [["10.0.0.5"]],
      "mixed.example.org": [[PUBLIC, "127.0.0.1"]],
      "rebind.example.org": [[OTHER], ["169.254.169.254"]],
    },
    servers: {
      [`${PUBLIC}:443`]: ({ line, headers, body }) => {
        const [, path = ""] = line.split(" ");
        if (path.startsWith("/to?")) return redirect(decodeURIComponent(path.slice(4)));
        return answer(
          JSON.stringify({ line, headers, body }),
          "content-type: application/json\r\n",
        );
      },
      [`${OTHER}:443`]: ({ line, headers }) =>
        line.includes(" /again ") ? redirect("/") : answer(JSON.stringify({ line, headers })),
    },
  });

onEveryEngineWithin(
  "agent.fetch reaches what the policy grants, and the ledger says so",
  usual,
  async (_net, rig) => {
    const outcome = await rig.run({
      policy: { fetch: { rules: [{ host: "api.example.com", methods: ["GET", "POST"] }] } },
      source: `export default async (_, agent) => {
      const reply = await agent.fetch("https://api.example.com/v1?q=1", {
        method: "POST", headers: { "content-type": "text/plain", "x-mine": "1" }, body: "grün",
      });
      const { line, headers, body } = await reply.json();
      return [reply.status, line, headers["x-mine"], headers.host, body];
    };`,
    });
    const expected = [200, "POST /v1?q=1 HTTP/1.1", "1", "api.example.com", "grün"];
    assert.deepEqual(outputOf(outcome), expected);
    const [call] = outcome.calls;
    assert.equal(call?.target, "POST https://api.example.com/v1");
    assert.deepEqual([call?.verdict, call?.outcome], ["allowed", "ok"]);
    assert.ok((call?.bytes_in ?? 0) > 100 && (call?.bytes_out ?? 0) > 10);
  },
);

onEveryEngineWithin(
  "no program reaches an internal address, and each try is in the ledger",
  usual,
  async (net, rig) => {
    const targets: [url: string, code: string][] = [
      ["https://127.0.0.1/", "host_denied"],
      ["https://2130706433/", "host_denied"],
      ["https://0x7f.1/", "host_denied"],
      ["https://①②⑦.0.0.1/", "host_denied"],
      ["https://[::1]/", "host_denied"],
      ["https://[::ffff:169.254.169.254]/", "host_denied"],
      ["https://localhost/", "host_denied"],
      ["https://metadata.google.internal/", "host_denied"],
      ["https://api.example.com@127.0.0.1/", "invalid_arguments"],
      ["https://127.0.0.1\\@api.example.com/", "invalid_arguments"],
      ["file:///etc/passwd", "invalid_arguments"],
      ["gopher://api.example.com/", "invalid_arguments"],
      ["http://api.example.com/", "port_denied"],
      ["https://api.example.com:22/", "port_denied"],
      ["https://inside.example.org/", "address_denied"],
      ["https://mixed.example.org/", "address_denied"],
      ["https://rebind.example.org/again", "address_denied"],
      ["https://api.example.com/to?http://169.254.169.254/", "redirect_denied"],
      ["https://api.example.com/to?https://169.254.169.254/", "redirect_denied"],
      ["https://api.example.com/to?https://evil.example.net/", "redirect_denied"],
      ["https://api.example.com/to?https://inside.example.org/", "address_denied"],
    ];
    const input = targets.map(([url]) => ({ url }));
    const policy = { fetch: { ...POLICY.fetch, rules: [...POLICY.fetch.rules] } };
    const outcome = await rig.run({ policy, source: PROGRAM, input });
    assert.deepEqual(outputOf(outcome), targets.map(([, code]) => code));
    assert.deepEqual(new Set(net.dialed), new Set([`${PUBLIC}:443`, `${OTHER}:443`]));
    assert.equal(outcome.calls.length, targets.length);
    assert.ok(outcome.calls.every(({ outcome }) => outcome !== "ok"));
  },
);

onEveryEngineWithin(
  "a secret goes to its host alone, and no program, ledger or event ever shows it",
  usual,
  async (net, rig) => {
    const secret = { name: "API_KEY" };
    const outcome = await rig.run({
      policy: {
        fetch: {
          rules: [
            { host: "api.example.com", paths: ["/v1/**", "/to"], secret },
            { host: "a.example.org", secret },
            { host: "b.example.org", secret: { name: "NO_KEY" } },
            { host: "a.example.org", port: 80, secret: { name: "WIDE_KEY" } },
            {
              host: "api.example.com",
              methods: ["POST"],
              secret: { name: "WIDE_KEY", header: "x-key", prefix: "" },
            },
          ],
        },
      },
      source: `export default async (_, agent) => {
      const out = [];
      for (const [url, init] of [
        ["https://api.example.com/v1/me", { headers: { authorization: "Bearer mine" } }],
        ["https://api.example.com/", { method: "POST", body: "x" }],
        ["https://a.example.org/", {}], ["https://b.example.org/", {}], ["http://a.example.org/", {}],
        ["https://api.example.com/to?https://a.example.org/", {}],
      ]) {
        try { const reply = await agent.fetch(url, init); out.push(await reply.text()); console.log(out.at(-1)); }
        catch (error) { out.push(error.code + " " + error.message); console.log(error.stack ?? ""); }
      }
      return out;
    };`,
    });
    const [echoed = "", wide = "", ...denied] = z.string().array().parse(outputOf(outcome));
    assert.match(echoed, /"authorization":"Bearer \[secret\]"/);
    assert.match(wide, /"x-key":"\[secret\]"/);
    assert.deepEqual(denied.map((text) => text.split(" ")[0]), [
      "secret_denied",
      "secret_denied",
      "over_ceiling",
      "redirect_denied",
    ]);
    assert.equal(net.heard[0]?.headers["authorization"], `Bearer ${SECRET}`);
    assert.equal(net.heard[1]?.headers["x-key"], SECRET);
    assert.ok(net.heard.every(({ at }) => at === `${PUBLIC}:443`));
    const events = await rig.owner.call("GET", `/execute/runs/${outcome.run.id}/events`);
    const seen = JSON.stringify(outcome) + await events.text();
    assert.ok(!seen.includes(SECRET) && !seen.includes(btoa(SECRET).slice(0, 20)));
  },
);

onEveryEngineWithin("calls and bytes of a run end with their budgets", usual, async (net, rig) => {
  const rules = [{ host: "api.example.com" }];
  const input = Array.from({ length: 6 }, (_, n) => ({ url: `https://api.example.com/${n}` }));
  const counted = await rig.run({
    policy: { fetch: { rules, max_calls: 4 } },
    source: PROGRAM,
    input,
  });
  const codes = z.array(z.union([z.string(), z.number()])).parse(outputOf(counted));
  assert.deepEqual(codes.toSorted(), [200, 200, 200, 200, "budget_spent", "budget_spent"]);
  assert.equal(net.heard.length, 4);
  const bytes = await rig.run({
    policy: { fetch: { rules, max_bytes: 700 } },
    source: IN_TURN,
    input,
  });
  const sizes = z.array(z.union([z.string(), z.number()])).parse(outputOf(bytes));
  assert.equal(sizes[0], 200);
  assert.equal(sizes.at(-1), "budget_spent");
});

const posting = { host: "api.example.com", methods: ["GET" as const, "POST" as const] };

onEveryEngineWithin(
  "calls at once do not take from each other what there is room for",
  () => {
    const asked = Promise.withResolvers<void>();
    let count = 0;
    return createInternet({
      names: { "api.example.com": [[PUBLIC]] },
      servers: {
        // Nothing is given back before everything was set aside.
        [`${PUBLIC}:443`]: async () => {
          if (++count === 8) asked.resolve();
          await asked.promise;
          return answer("{}");
        },
      },
    });
  },
  async (_net, rig) => {
    const input = Array.from({ length: 8 }, (_, n) => ({ url: `https://api.example.com/${n}` }));
    const policy = { fetch: { rules: [posting], max_bytes: 1_000_000 } };
    const outcome = await rig.run({ policy, source: PROGRAM, input });
    assert.deepEqual(outputOf(outcome), input.map(() => 200));
  },
);

onEveryEngineWithin(
  "what a request and its redirects send counts before it is sent",
  () =>
    createInternet({
      names: { "api.example.com": [[PUBLIC]] },
      servers: { [`${PUBLIC}:443`]: () => redirect("/again", 307) },
    }),
  async (net, rig) => {
    const call = { url: "https://api.example.com/", method: "POST", body: "x".repeat(30_000) };
    const run = (max_bytes: number) =>
      rig.run({
        policy: { fetch: { rules: [posting], max_bytes } },
        source: PROGRAM,
        input: [call],
      });
    assert.deepEqual(outputOf(await run(30_000)), ["budget_spent"]);
    assert.equal(net.heard.length, 0);
    const outcome = await run(70_000);
    assert.deepEqual(outputOf(outcome), ["redirect_denied"]);
    assert.equal(net.heard.length, 2);
    const [moved] = outcome.calls;
    assert.ok((moved?.bytes_in ?? 0) + (moved?.bytes_out ?? 0) <= 70_000);
  },
);

onEveryEngineWithin(
  "an endless, a silent and a broken server are typed errors, and the run goes on",
  () =>
    createInternet({
      names: { "api.example.com": [[PUBLIC]], "a.example.org": [[OTHER]] },
      servers: {
        [`${PUBLIC}:443`]: async (_heard, conn) => {
          await write(conn, "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
          for (const chunk = new Uint8Array(64 * 1024);;) await conn.write(chunk);
        },
        [`${OTHER}:443`]: ({ line }, conn) =>
          line.includes("/broken") ? "SSH-2.0\r\n" : ended(conn),
      },
    }),
  async (_net, rig) => {
    const outcome = await rig.run({
      policy: POLICY,
      source: PROGRAM,
      input: [
        { url: "https://api.example.com/" },
        { url: "https://a.example.org/", timeout_ms: 300 },
        { url: "https://a.example.org/broken" },
        { url: "https://nowhere.example.org/" },
        { url: "https://a.example.org/", headers: { Upgrade: "websocket" } },
        { url: "https://a.example.org/", headers: { accept: "a\r\nx-evil: 1" } },
        { url: "https://a.example.org/", method: "CONNECT" },
        { url: "https://a.example.org/", body: "x" },
        { url: "https://a.example.org/", timeout_ms: 9e9 },
        { url: "https://a.example.org/", ["__proto__"]: { url: "x" }, constructor: 1 },
      ],
    });
    assert.deepEqual(outputOf(outcome), [
      "result_too_large",
      "timed_out",
      "upstream_failed",
      "upstream_failed",
      "header_denied",
      "header_denied",
      ...Array(4).fill("invalid_arguments"),
    ]);
  },
);
