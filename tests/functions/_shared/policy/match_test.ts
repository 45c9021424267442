import assert from "@std/assert";
import {
  matchesHost,
  matchesPath,
  readTarget,
} from "../../../../supabase/functions/_shared/policy/match.ts";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";

const HOSTS: [pattern: string, host: string, matches: boolean][] = [
  ["api.example.com", "api.example.com", true],
  ["api.example.com", "API.EXAMPLE.COM", true],
  ["api.example.com", "api.example.com.", true],
  ["api.example.com", "xapi.example.com", false],
  ["api.example.com", "api.example.com.evil.org", false],
  ["api.example.com", "api.example.comevil.org", false],
  ["api.example.com", "api-example.com", false],
  ["api.example.com", "apixexample.com", false],
  ["api.example.com", "example.com", false],
  ["*.example.com", "a.example.com", true],
  ["*.example.com", "a.b.example.com", false],
  ["*.example.com", "example.com", false],
  ["*.example.com", ".example.com", false],
  ["*.example.com", "evilexample.com", false],
  ["*.example.com", "a.example.com.evil.org", false],
  ["**.example.com", "a.example.com", true],
  ["**.example.com", "a.b.c.example.com", true],
  ["**.example.com", "example.com", false],
  ["**.example.com", "evilexample.com", false],
  ["**", "anything.example.org", true],
  ["**", "localhost", false],
  ["**", "a.localhost", false],
  ["**", "printer.local", false],
  ["**", "metadata.google.internal", false],
  ["**", "router.home.arpa", false],
  ["**", "127.0.0.1", false],
  ["**", "8.8.8.8", false],
  ["**", "2130706433", false],
  ["**", "0x7f.1", false],
  ["**", "0177.0.0.1", false],
  ["**", "①②⑦.0.0.1", false],
  ["**", "127。0。0。1", false],
  ["**", "[::1]", false],
  ["**", "::1", false],
  ["**", "user@example.com", false],
  ["**", "example.com/path", false],
  ["**", "example.com:80", false],
  ["**", "exa mple.com", false],
  ["**", "a..example.com", false],
  ["**", "", false],
  ["xn--bcher-kva.example.com", "bücher.example.com", true],
  ["bücher.example.com", "xn--bcher-kva.example.com", false],
  ["api.example.com", "ａｐｉ．ｅｘａｍｐｌｅ．ｃｏｍ", true],
  ["api.example.com", "аpi.example.com", false],
];

Deno.test("matchesHost compares whole labels of names in their one form, and addresses never", () => {
  for (const [pattern, host, expected] of HOSTS) {
    assert.equal(matchesHost(pattern, host), expected, `${pattern} for ${host}`);
  }
});

const PATHS: [pattern: string, path: string, matches: boolean][] = [
  ["/v1/things", "/v1/things", true],
  ["/v1/things", "/v1/things/", false],
  ["/v1/things", "/v1/thingsX", false],
  ["/v1/things", "/v1/Things", false],
  ["/v1/things", "/v1/%74hings", true],
  ["/v1/*", "/v1/a", true],
  ["/v1/*", "/v1/a/b", false],
  ["/v1/*", "/v1/", false],
  ["/v1/*", "/v1/a%2Fb", false],
  ["/v1/*", "/v1/a%5cb", false],
  ["/v1/*", "/v1/..%2fadmin", false],
  ["/v1/*", "/v1/%252e%252e", false],
  ["/v1/*", "/v1/..;", false],
  ["/v1/*", "/v1/%c0%ae%c0%ae", false],
  ["/v1/*", "/v1/%E2%BC%8F", true],
  ["/v1/*", "/v1/%EF%BC%8Fadmin", false],
  ["/v1/*", "/v1/%00", false],
  ["/v1/*", "/v1/%0a", false],
  ["/v1/*", "/v1/100%", false],
  ["/v1/**", "/v1/", true],
  ["/v1/**", "/v1/a/b/c", true],
  ["/v1/**", "/v1", false],
  ["/v1/**", "/v1//admin", false],
  ["/v1/**", "/v1/a/..;/../admin", false],
  ["/v1/**", "/v1/a%2f..%2f..%2fadmin", false],
  ["/v1/**", "/v1/%EF%BC%8E%EF%BC%8E/admin", false],
  ["/v1/**", "/v1/%E2%80%A5/admin", false],
  ["/v1/**", "/v1/%E2%80%A4%E2%80%A4/admin", false],
  ["/v1/**", "/v1/..%20/admin", false],
  ["/v1/**", "/v1/%20../admin", false],
  ["/v1/**", "/v1/..%C2%A0/admin", false],
  ["/v1/**", "/v1/.%E2%80%8B./admin", false],
  ["/v1/**", "/v1/..%EF%BC%9Bx/admin", false],
  ["/v1/**", "/v1/.../admin", false],
  ["/v1/**", "/v1/..a/.well-known/a%20b/a..", true],
  ["/v1/**", "/v10/a", false],
  ["/", "/", true],
  ["/", "/a", false],
  ["/**", "/anything//at%2fall", true],
  ["/**", "/", true],
  ["/repos/*/issues", "/repos/me/issues", true],
  ["/repos/*/issues", "/repos/me/you/issues", false],
];

Deno.test("matchesPath compares whole segments, and an ambiguous path only goes where all may", () => {
  for (const [pattern, path, expected] of PATHS) {
    assert.equal(matchesPath(pattern, path), expected, `${pattern} for ${path}`);
  }
});

const REFUSED: [url: string, code: string][] = [
  ["file:///etc/passwd", "invalid_arguments"],
  ["data:text/plain,x", "invalid_arguments"],
  ["blob:https://example.com/1", "invalid_arguments"],
  ["gopher://example.com/x", "invalid_arguments"],
  ["ftp://example.com/", "invalid_arguments"],
  ["ws://example.com/", "invalid_arguments"],
  ["javascript:alert(1)", "invalid_arguments"],
  ["//example.com/", "invalid_arguments"],
  ["/path", "invalid_arguments"],
  ["https://", "invalid_arguments"],
  ["https://user:pass@example.com/", "invalid_arguments"],
  ["https://user@example.com/", "invalid_arguments"],
  ["https://127.0.0.1\\@example.com/", "invalid_arguments"],
  ["https:\\\\example.com/", "invalid_arguments"],
  ["https://exam\nple.com/", "invalid_arguments"],
  [" https://example.com/", "invalid_arguments"],
  ["https://example.com/\u0000", "invalid_arguments"],
  ["https://example.com:99999/", "invalid_arguments"],
];

Deno.test("readTarget refuses other schemes, credentials, backslashes and controls", () => {
  for (const [url, code] of REFUSED) {
    assert.throws(
      () => readTarget(url),
      (thrown: unknown) => thrown instanceof ToolRefusal && thrown.code === code,
      url,
    );
  }
});

Deno.test("readTarget writes a URL in its one form", () => {
  const forms: [url: string, form: string][] = [
    ["HTTPS://API.Example.COM:443/a/./b/../c?x=1#frag", "https://api.example.com/a/c?x=1"],
    ["https://api.example.com./x", "https://api.example.com/x"],
    ["https://example.com/a/%2e%2E/b", "https://example.com/b"],
    ["https://bücher.example/", "https://xn--bcher-kva.example/"],
    ["http://example.com:80", "http://example.com/"],
    ["https://example.com/%7euser/%41", "https://example.com/~user/A"],
  ];
  for (const [url, form] of forms) assert.equal(readTarget(url).href, form);
});
