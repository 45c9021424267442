import assert from "@std/assert";
import { createEgress } from "../../../../supabase/functions/_shared/egress/create.ts";
import type { EgressResponse } from "../../../../supabase/functions/_shared/egress/egress.ts";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { answer, createInternet, open, OTHER, PUBLIC, redirect } from "./internet.ts";
import { INTERNAL, LOOPBACKS, REDIRECTS } from "./inside.ts";

const LIVE = new AbortController().signal;
const SITE = "https://api.example.com";

function refused(...codes: string[]): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof ToolRefusal, String(thrown));
    assert.ok(codes.includes(thrown.code), `${thrown.code}: ${thrown.message}`);
    return true;
  };
}

async function textOf({ body }: EgressResponse): Promise<string> {
  return await new Response(body).text();
}

Deno.test("a request goes to the address that was checked, under the name that was asked for", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: ({ headers }) => answer(`for ${headers["host"]}`) },
  });
  const reply = await net.egress.send({ url: `${SITE}/v1?x=1`, method: "GET" }, open(), LIVE);
  assert.equal(await textOf(reply), "for api.example.com");
  assert.deepEqual([net.asked, net.dialed], [["api.example.com."], [`${PUBLIC}:443`]]);
  assert.equal(net.heard[0]?.line, "GET /v1?x=1 HTTP/1.1");
});

Deno.test("a name that resolves to something else the second time is asked once and pinned", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC], ["127.0.0.1"]] },
    servers: { [`${PUBLIC}:443`]: () => answer("public"), "127.0.0.1:443": () => answer("inside") },
  });
  const first = await net.egress.send({ url: SITE, method: "GET" }, open(), LIVE);
  assert.equal(await textOf(first), "public");
  assert.deepEqual([net.asked.length, net.dialed], [1, [`${PUBLIC}:443`]]);
  const second = net.egress.send({ url: SITE, method: "GET" }, open(), LIVE);
  await assert.rejects(second, refused("address_denied"));
  assert.deepEqual(net.dialed, [`${PUBLIC}:443`]);
});

Deno.test("a name that moves between two hops is checked at each", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC], ["169.254.169.254"]] },
    servers: {
      [`${PUBLIC}:443`]: () => redirect("/again"),
      "169.254.169.254:443": () => answer("inside"),
    },
  });
  const reply = net.egress.send({ url: SITE, method: "GET" }, open(), LIVE);
  await assert.rejects(reply, refused("address_denied"));
  assert.deepEqual(net.dialed, [`${PUBLIC}:443`]);
});

Deno.test("one internal address in an answer condemns the whole answer", async () => {
  const answers = [[PUBLIC, "127.0.0.1"], ["::1", PUBLIC], [PUBLIC, "::ffff:10.0.0.1"]];
  for (const addresses of answers) {
    await using net = await createInternet({
      names: { "api.example.com": [addresses] },
      servers: { [`${PUBLIC}:443`]: () => answer("public") },
    });
    const reply = net.egress.send({ url: SITE, method: "GET" }, open(), LIVE);
    await assert.rejects(reply, refused("address_denied"));
    assert.deepEqual(net.dialed, []);
  }
});

Deno.test("a public name that an alias leads inside from is refused", async () => {
  for (const address of INTERNAL) {
    await using net = await createInternet({
      names: { "cname.example.com": [[address]] },
      servers: { [`${address}:443`]: () => answer("inside") },
    });
    const url = "https://cname.example.com/";
    const reply = net.egress.send({ url, method: "GET" }, open(), LIVE);
    await assert.rejects(reply, refused("address_denied"));
    assert.deepEqual(net.dialed, [], address);
  }
});

Deno.test("no way of writing an internal address reaches it, with the real resolver and sockets", async () => {
  let hits = 0;
  await using canary = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    hits++;
    return new Response("inside");
  });
  const { port } = canary.addr;
  for (const host of LOOPBACKS) {
    for (const scheme of ["http", "https"]) {
      const url = `${scheme}://${host}:${port}/`;
      const reply = createEgress().send({ url, method: "GET" }, open(), LIVE);
      await assert.rejects(
        reply,
        refused("address_denied", "upstream_failed", "invalid_arguments"),
      );
    }
  }
  assert.equal(hits, 0);
});

Deno.test("no redirect leads inside, out of TLS, to another scheme, or round for ever", async () => {
  for (const [to, code] of REDIRECTS) {
    await using net = await createInternet({
      names: {
        "api.example.com": [[PUBLIC]],
        "inside.example.com": [["10.0.0.5"]],
        "other.example.org": [[OTHER]],
        "searxng.example.com": [["10.0.0.6"]],
      },
      servers: {
        [`${PUBLIC}:443`]: () => redirect(to),
        "10.0.0.5:443": () => answer("inside"),
        "10.0.0.6:443": () => answer("inside"),
        "169.254.169.254:80": () => answer("inside"),
      },
      deps: { privateOrigins: ["http://searxng:8080", "https://searxng.example.com"] },
    });
    const reply = net.egress.send({ url: `${SITE}/start`, method: "GET" }, open(), LIVE);
    await assert.rejects(reply, refused(code), to);
    assert.deepEqual([...new Set(net.dialed)], [`${PUBLIC}:443`], to);
  }
});

Deno.test("each redirect is asked for, and a chain of allowed ones is followed", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]], "other.example.org": [[OTHER]] },
    servers: {
      [`${PUBLIC}:443`]: ({ line }) =>
        line.startsWith("GET /1 ") ? redirect("/2") : redirect("https://other.example.org/3"),
      [`${OTHER}:443`]: () => answer("there"),
    },
  });
  const hops: string[] = [];
  const rules = open({
    permit: ({ url, number }) => {
      hops.push(`${number} ${url.href}`);
      return {};
    },
  });
  const reply = await net.egress.send({ url: `${SITE}/1`, method: "GET" }, rules, LIVE);
  assert.equal(await textOf(reply), "there");
  assert.deepEqual([reply.url, reply.redirected], ["https://other.example.org/3", true]);
  assert.deepEqual(hops, [`0 ${SITE}/1`, `1 ${SITE}/2`, "2 https://other.example.org/3"]);
});

Deno.test("a chain ends after five redirects", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: () => redirect("/on") },
  });
  const reply = net.egress.send({ url: SITE, method: "GET" }, open(), LIVE);
  await assert.rejects(reply, refused("redirect_denied"));
  assert.equal(net.heard.length, 6);
});

Deno.test("a redirect that the rules do not permit is not even resolved", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]], "other.example.org": [[OTHER]] },
    servers: {
      [`${PUBLIC}:443`]: () => redirect("https://other.example.org/"),
      [`${OTHER}:443`]: () => answer("there"),
    },
  });
  const rules = open({
    permit: ({ url }) => {
      if (url.hostname !== "api.example.com") throw new ToolRefusal("host_denied", "Not there.");
      return {};
    },
  });
  const reply = net.egress.send({ url: SITE, method: "GET" }, rules, LIVE);
  await assert.rejects(reply, refused("redirect_denied"));
  assert.deepEqual(net.asked, ["api.example.com."]);
});

Deno.test("redirects are handed over, or refused, where that is wanted", async () => {
  await using net = await createInternet({
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: () => redirect("http://127.0.0.1/") },
  });
  const request = { url: SITE, method: "GET" };
  const reply = await net.egress.send(request, open({ redirect: "manual" }), LIVE);
  assert.deepEqual([reply.status, reply.redirected], [302, false]);
  assert.equal(reply.headers["location"], "http://127.0.0.1/");
  await reply.body.cancel();
  const other = net.egress.send(request, open({ redirect: "error" }), LIVE);
  await assert.rejects(other, refused("redirect_denied"));
});

Deno.test("a private origin is reachable exactly as declared, and nothing beside it", async () => {
  await using net = await createInternet({
    names: { searxng: [["10.0.0.6"]], "api.example.com": [[PUBLIC]] },
    servers: { "10.0.0.6:80": () => answer("search"), "10.0.0.6:443": () => answer("admin") },
    deps: { privateOrigins: ["http://searxng"] },
  });
  const reply = await net.egress.send({ url: "http://searxng/q", method: "GET" }, open(), LIVE);
  assert.equal(await textOf(reply), "search");
  assert.deepEqual(net.asked, ["searxng"]);
  for (const url of ["https://searxng/q", "http://searxng:81/q", "http://10.0.0.6/q"]) {
    const other = net.egress.send({ url, method: "GET" }, open(), LIVE);
    await assert.rejects(other, refused("address_denied", "upstream_failed"), url);
  }
  assert.deepEqual(net.dialed, ["10.0.0.6:80"]);
});

Deno.test("a server without the right certificate never sees the request", async () => {
  const sites = {
    names: { "api.example.com": [[PUBLIC]] },
    servers: { [`${PUBLIC}:443`]: () => answer("impostor") },
  };
  const request = { url: SITE, method: "POST", body: new TextEncoder().encode("private") };
  for (const [host, certified] of [["api", "evil"], ["evil", "api"]]) {
    await using other = await createInternet({
      ...sites,
      names: { [`${host}.example.com`]: [[PUBLIC]] },
      certified: [`${certified}.example.com`],
    });
    const asked = { ...request, url: `https://${host}.example.com/` };
    await assert.rejects(other.egress.send(asked, open(), LIVE), refused("upstream_failed"));
    assert.deepEqual([other.dialed, other.heard], [[`${PUBLIC}:443`], []]);
  }
  await using unknown = await createInternet(sites);
  const { ca } = await (await import("../../../certificate.ts")).makeCertificate(["x.example.com"]);
  await using distrusting = await createInternet({ ...sites, deps: { ca } });
  await assert.rejects(distrusting.egress.send(request, open(), LIVE), refused("upstream_failed"));
  assert.deepEqual([unknown.heard, distrusting.heard], [[], []]);
});
