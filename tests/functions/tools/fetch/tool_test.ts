import assert from "@std/assert";
import type * as z from "zod";
import type { Egress } from "../../../../supabase/functions/_shared/egress/egress.ts";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { Policy } from "../../../../supabase/functions/_shared/policy/schema.ts";
import {
  openSecret,
  type SecretKeeper,
} from "../../../../supabase/functions/_shared/vault/keeper.ts";
import type { CallingRun, Performed } from "../../../../supabase/functions/tools/calls/tool.ts";
import { createFetchTool } from "../../../../supabase/functions/tools/fetch/tool.ts";
import {
  answer,
  createInternet,
  type Internet,
  OTHER,
  PUBLIC,
  redirect,
} from "../../_shared/egress/internet.ts";

type Rules = NonNullable<z.input<typeof Policy>["fetch"]>["rules"];

interface Asked {
  args: Record<string, unknown>;
  rules: Rules;
  ceiling?: Rules;
  secrets?: SecretKeeper;
}

const SECRET = "sk-live-0123456789abcdef";
const ANY: Rules = [{ host: "**" }];

function running(rules: Rules, ceiling: Rules): CallingRun {
  return {
    id: crypto.randomUUID(),
    userId: crypto.randomUUID(),
    agentId: crypto.randomUUID(),
    agentName: "a",
    attempt: 1,
    policy: Policy.parse({ fetch: { rules } }),
    ceiling: Policy.parse({ fetch: { rules: ceiling } }),
    recording: false,
  };
}

/** Judges and performs a call as the broker does, without a database. */
async function call(net: Internet, { args, rules, ceiling = ANY, secrets }: Asked) {
  const keeper = secrets ?? { reveal: () => Promise.resolve(undefined) };
  const tool = createFetchTool({ egress: net.egress, secrets: keeper });
  const run = running(rules, ceiling);
  const prepared = await tool.prepare(args, run);
  const { amounts } = prepared.judge(run);
  const service = () => Promise.reject(new Error("There is no database."));
  const { signal } = new AbortController();
  const at = { call: crypto.randomUUID(), run, service, log() {}, signal };
  const performed: Performed = await prepared.perform(at);
  return { amounts, performed, run };
}

function refused(code: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof ToolRefusal, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    return true;
  };
}

const sites = () =>
  createInternet({
    names: {
      "api.example.com": [[PUBLIC]],
      "other.example.org": [[OTHER]],
      "mail.corp.example": [["10.0.0.6"]],
    },
    servers: {
      [`${PUBLIC}:443`]: () => redirect("https://other.example.org/"),
      [`${PUBLIC}:80`]: ({ headers }) => answer(`in the clear ${headers["authorization"]}`),
      [`${OTHER}:443`]: () => answer("there"),
      "10.0.0.6:80": ({ headers }) => answer(`inside ${headers["authorization"]}`),
    },
    deps: { privateOrigins: ["http://mail.corp.example"] },
  });

Deno.test("a redirect that the policy covers and the ceiling does not is refused", async () => {
  await using net = await sites();
  const args = { url: "https://api.example.com/" };
  const { performed } = await call(net, { args, rules: ANY });
  assert.equal(JSON.parse(JSON.stringify(performed.value)).body, "there");
  const narrow = call(net, { args, rules: ANY, ceiling: [{ host: "api.example.com" }] });
  await assert.rejects(narrow, refused("redirect_denied"));
  const other = call(net, { args, rules: [{ host: "api.example.com" }] });
  await assert.rejects(other, refused("redirect_denied"));
});

Deno.test("a secret is not even opened where there is no TLS, unless the origin is private", async () => {
  await using net = await sites();
  let opened = 0;
  const secrets: SecretKeeper = {
    reveal: () => {
      opened++;
      return Promise.resolve(openSecret(SECRET, ["api.example.com", "mail.corp.example"]));
    },
  };
  const rule = { port: 80, secret: { name: "API_KEY" } };
  const open: Rules = [{ host: "api.example.com", ...rule }];
  const asked = { rules: open, ceiling: open, secrets };
  const clear = call(net, { args: { url: "http://api.example.com/" }, ...asked });
  await assert.rejects(clear, refused("secret_denied"));
  assert.deepEqual([opened, net.dialed], [0, []]);
  const inside: Rules = [{ host: "mail.corp.example", ...rule }];
  const args = { url: "http://mail.corp.example/" };
  const { performed } = await call(net, { args, rules: inside, ceiling: inside, secrets });
  assert.match(JSON.stringify(performed.value), /"inside Bearer \[secret\]"/);
  await assert.rejects(call(net, { args, rules: ANY, secrets }), refused("host_denied"));
});

Deno.test("a secret whose own hosts are wildcards does not go to a private origin", async () => {
  await using net = await sites();
  const rules: Rules = [{ host: "mail.corp.example", port: 80, secret: { name: "API_KEY" } }];
  for (const host of ["**", "*.corp.example", "**.corp.example", "api.example.com"]) {
    const secrets = { reveal: () => Promise.resolve(openSecret(SECRET, [host])) };
    const args = { url: "http://mail.corp.example/" };
    const reply = call(net, { args, rules, ceiling: rules, secrets });
    await assert.rejects(reply, refused("secret_denied"), host);
  }
  assert.deepEqual(net.dialed, []);
});

Deno.test("what a call moved is what it spends, whether it fails or not", async () => {
  await using net = await sites();
  const args = { url: "https://other.example.org/" };
  const { amounts, performed } = await call(net, { args, rules: ANY });
  assert.deepEqual(amounts.map(({ what, amount }) => [what, amount]), [
    ["fetch_calls", 1],
    ["fetch_bytes", 256 * 1024 + args.url.length],
  ]);
  const { bytesIn = 0, bytesOut = 0, spent } = performed;
  assert.ok(bytesIn > 5 && bytesOut > 20);
  assert.deepEqual(spent, [{ scope: "run", what: "fetch_bytes", amount: bytesIn + bytesOut }]);
  const failed = call(net, { args: { url: "https://nowhere.example.org/" }, rules: ANY });
  await assert.rejects(failed, (thrown) => {
    assert.ok(thrown instanceof ToolRefusal);
    assert.deepEqual(thrown.until.spent, [{ scope: "run", what: "fetch_bytes", amount: 0 }]);
    return true;
  });
});

Deno.test("the ledger and who approves see the request, without its query in the target", async () => {
  await using net = await sites();
  const tool = createFetchTool({
    egress: net.egress,
    secrets: { reveal: () => Promise.resolve(undefined) },
  });
  const prepared = await tool.prepare({
    url: "HTTPS://API.example.com:443/a/../b?q=1#x",
    method: "post",
    headers: { "X-Mine": "1" },
    body: "hello",
  }, running(ANY, ANY));
  assert.equal(prepared.target, "POST https://api.example.com/b");
  assert.deepEqual(JSON.parse(JSON.stringify(prepared.summary)), {
    method: "POST",
    url: "https://api.example.com/b?q=1",
    headers: ["X-Mine"],
    body: "hello",
    body_bytes: 5,
    body_sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  });
});

Deno.test("a header that makes another method of the request is refused before anything leaves", async () => {
  await using net = await sites();
  const url = "https://other.example.org/";
  for (const name of ["X-HTTP-Method-Override", "x-forwarded-host", "cookie", "host"]) {
    const reply = call(net, { args: { url, headers: { [name]: "DELETE" } }, rules: ANY });
    await assert.rejects(reply, refused("header_denied"), name);
  }
  assert.deepEqual([net.asked, net.dialed], [[], []]);
});

Deno.test("a body that redirects send again and again is sent as often as there are bytes for it", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: () => redirect("/again", 307) },
  });
  const rules: Rules = [{ host: "api.example.com", methods: ["POST"] }];
  const body = "x".repeat(200_000);
  const args = { url: "https://api.example.com/", method: "POST", body };
  await assert.rejects(call(net, { args, rules, ceiling: rules }), (thrown) => {
    assert.ok(thrown instanceof ToolRefusal);
    assert.equal(thrown.code, "redirect_denied", thrown.message);
    const { bytesIn = 0, bytesOut = 0 } = thrown.until;
    assert.ok(bytesIn + bytesOut <= 256 * 1024 + 200_000, `${bytesIn} in, ${bytesOut} out`);
    return true;
  });
  assert.equal(net.heard.length, 2);
});

Deno.test("the connections of a call are counted as its user's", async () => {
  await using net = await sites();
  const tenants: (string | undefined)[] = [];
  const egress: Egress = {
    ...net.egress,
    send(request, rules, signal) {
      tenants.push(rules.tenant);
      return net.egress.send(request, rules, signal);
    },
  };
  const args = { url: "https://other.example.org/" };
  const { run } = await call({ ...net, egress }, { args, rules: ANY });
  assert.deepEqual(tenants, [run.userId]);
});
