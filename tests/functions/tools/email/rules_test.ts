import assert from "@std/assert";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { checkContent, recipientsOf } from "../../../../supabase/functions/tools/email/rules.ts";
import { EmailArgs } from "../../../../supabase/functions/tools/email/schema.ts";

function verdictOf(text: string): string {
  try {
    checkContent(EmailArgs.parse({ to: "ann@example.com", subject: "s", text }));
    return "sent";
  } catch (thrown) {
    assert.ok(thrown instanceof ToolRefusal);
    return thrown.code;
  }
}

Deno.test("a link leads where it seems to, or the message is not sent", () => {
  for (
    const text of [
      "https://bank.com'@evil.com/x",
      "_https://bank.com@evil.com/",
      "xhttps://bank.com@evil.com/",
      "https://bank.com\\@evil.com",
      "https://bank.com/\\@evil.com",
      "https:\\\\bank.com@evil.com",
      "https:/u:p@evil.com",
      "https:u:p@evil.com",
      "https:evil.com",
      "https:///bank.com@evil.com",
      "HTTPS://u:p@evil.com",
      "https://bank.com%40evil.com/",
      "https://bank.com＠evil.com/",
      "https://a.co/'https://bank.com@evil.com/",
      "https://a.co/,http://10.0.0.1/",
      "https://[::1]/",
      "https://a.co:x@evil.com/",
      `https://a.co/${"x".repeat(2_048)}`,
    ]
  ) {
    assert.equal(verdictOf(text), "content_denied", text);
  }
});

Deno.test("links as people write them are sent", () => {
  for (
    const text of [
      "(https://example.com/a_(b)), then: https://example.com:8443/x?y=z#w.",
      "**https://example.com**, _https://example.com/_, 'https://example.com/a'; “https://example.com”",
      "[here](https://example.com/a?mail=ann@example.com) <https://example.org>",
      "https://web.archive.org/web/https://example.com/ https://münchen.example.com/ü",
      "https: is a scheme, as http is",
      `https://example.com/${"x".repeat(2_000)}`,
    ]
  ) {
    assert.equal(verdictOf(text), "sent", text);
  }
});

Deno.test("no text takes long to look for links", () => {
  for (
    const text of [
      `https://a.co/${")".repeat(99_000)}a`,
      `https://a.co/${"https:".repeat(16_000)}`,
      `https://a.co/${"https://a.co/".repeat(150)} `.repeat(50),
      "https:".repeat(16_000),
      "https:)".repeat(14_000),
      "h".repeat(100_000),
    ]
  ) {
    const started = performance.now();
    verdictOf(text);
    assert.ok(performance.now() - started < 1_000, text.slice(0, 40));
  }
});

Deno.test("everybody is named once, where they are named first", () => {
  const args = EmailArgs.parse({
    to: ["ann@example.com", "Ann@example.com", "aNn@example.com"],
    cc: ["ANN@example.com", "Bob@example.com"],
    bcc: "bob@example.com",
    subject: "s",
    text: "t",
  });
  assert.deepEqual([args.to, args.cc, args.bcc], [["ann@example.com"], ["Bob@example.com"], []]);
  assert.deepEqual(recipientsOf(args), ["ann@example.com", "bob@example.com"]);
});
