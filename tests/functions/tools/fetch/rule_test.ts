import assert from "@std/assert";
import type * as z from "zod";
import { readTarget } from "../../../../supabase/functions/_shared/policy/match.ts";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { findRule } from "../../../../supabase/functions/_shared/policy/rule.ts";
import { Policy } from "../../../../supabase/functions/_shared/policy/schema.ts";
import { tell } from "../../../../supabase/functions/tools/fetch/body.ts";
import { checkHeaders } from "../../../../supabase/functions/tools/fetch/headers.ts";

type Rules = NonNullable<z.input<typeof Policy>["fetch"]>["rules"];

function ask(rules: Rules, request: string, isPrivate = false): string {
  const [method = "", target = ""] = request.split(" ");
  const { fetch } = Policy.parse({ fetch: { rules } });
  assert.ok(fetch);
  try {
    return findRule(fetch, { url: readTarget(target), method, isPrivate }).host;
  } catch (thrown) {
    assert.ok(thrown instanceof ToolRefusal, String(thrown));
    return thrown.code;
  }
}

Deno.test("a rule covers exactly its hosts, ports, methods and paths", () => {
  const rules: Rules = [
    { host: "api.example.com", paths: ["/v1/**"] },
    { host: "*.example.com", methods: ["POST"], port: 8443 },
    { host: "old.example.org", port: 80 },
  ];
  const cases: [request: string, answer: string][] = [
    ["GET https://api.example.com/v1/things", "api.example.com"],
    ["GET https://API.example.com.:443/v1/things", "api.example.com"],
    ["GET https://api.example.com/v2", "path_denied"],
    ["GET https://api.example.com/v1/../v2", "path_denied"],
    ["GET https://api.example.com/v1/%2e%2e/v2", "path_denied"],
    ["GET https://api.example.com/v1/..%2fv2", "path_denied"],
    ["DELETE https://api.example.com/v1/things", "method_denied"],
    ["GET https://api.example.com:444/v1/things", "port_denied"],
    ["GET http://api.example.com/v1/things", "port_denied"],
    ["GET http://api.example.com:443/v1/things", "port_denied"],
    ["POST https://x.example.com:8443/", "*.example.com"],
    ["POST http://x.example.com:8443/", "port_denied"],
    ["GET http://old.example.org/", "old.example.org"],
    ["GET https://old.example.org/", "port_denied"],
    ["GET https://old.example.org:80/", "port_denied"],
    ["GET https://example.com/v1/things", "host_denied"],
    ["GET https://api.example.com.evil.org/v1/things", "host_denied"],
    ["GET https://127.0.0.1/v1/things", "host_denied"],
  ];
  for (const [request, answer] of cases) assert.equal(ask(rules, request), answer, request);
});

Deno.test("a wildcard does not cover a private origin, its whole name does", () => {
  const target = "GET https://mail.corp.example/";
  assert.equal(ask([{ host: "**" }], target), "**");
  assert.equal(ask([{ host: "**" }], target, true), "host_denied");
  assert.equal(ask([{ host: "*.corp.example" }], target, true), "host_denied");
  assert.equal(ask([{ host: "mail.corp.example" }], target, true), "mail.corp.example");
  const clear = "GET http://mail.corp.example:8080/";
  assert.equal(ask([{ host: "mail.corp.example", port: 8080 }], clear, true), "mail.corp.example");
  assert.equal(ask([{ host: "mail.corp.example", port: 8080 }], clear), "port_denied");
});

Deno.test("programs set headers of a list, and none that turns a request into another", () => {
  const allowed = ["Accept", "authorization", "X-Api-Key", "notion-version", "If-None-Match"];
  for (const name of allowed) checkHeaders({ [name]: "1" });
  const denied = [
    "cookie",
    "host",
    "origin",
    "referer",
    "forwarded",
    "X-HTTP-Method-Override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-real-ip",
    "x-originating-ip",
    "x-remote-ip",
    "x-remote-addr",
    "x-proxyuser-ip",
    "x-azure-clientip",
    "x-appengine-user-ip",
    "x-true-client-ip",
    "x-client-ip",
    "x-url",
    "x-override-url",
    "x-method",
    "X-HTTP-Path-Override",
    "x-aws-ec2-metadata-token",
    "metadata-flavor",
    "__proto__",
    "",
  ];
  for (const name of denied) {
    const refused = (thrown: unknown) =>
      thrown instanceof ToolRefusal && thrown.code === "header_denied";
    assert.throws(() => checkHeaders(Object.fromEntries([[name, "1"]])), refused, name);
  }
});

Deno.test("text comes in its own charset and without secrets, and what is no text as base64", () => {
  const clean = (text: string) => text.replaceAll("geheim", "[secret]");
  const wide = Uint8Array.from([..."geheim!"].flatMap((char) => [char.charCodeAt(0), 0]));
  const cases: [bytes: Uint8Array, type: string, body: string, encoding: string][] = [
    [new TextEncoder().encode("grün"), "text/plain", "grün", "utf8"],
    [Uint8Array.of(0x67, 0xfc), "text/html; charset=iso-8859-1", "gü", "utf8"],
    [Uint8Array.of(0x67, 0xfc), "application/problem+json;charset=none", "g\ufffd", "utf8"],
    [wide, 'text/plain; charset="utf-16le"', "[secret]!", "utf8"],
    [new TextEncoder().encode("{}"), "application/octet-stream", "{}", "utf8"],
    [Uint8Array.of(0xff, 0xd8), "image/jpeg", "/9g=", "base64"],
    [new Uint8Array(), "", "", "utf8"],
  ];
  for (const [bytes, type, body, encoding] of cases) {
    assert.deepEqual(tell(bytes, type, clean), { body, encoding }, type);
  }
});
