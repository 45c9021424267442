import assert from "@std/assert";
import {
  clean,
  cleanLine,
  createCleaner,
} from "../../../../supabase/functions/_shared/untrusted/clean.ts";

/** What is taken out, and what is left of it. */
const HIDDEN: readonly (readonly [string, string])[] = [
  ["zero\u200bwidth\ufeff \u2060space", "zerowidth space"],
  ["right\u202eto\u2066left\u2069\u200f", "righttoleft"],
  ["tags\u{e0001}\u{e0041}\u{e007f}", "tags"],
  ["selected\ufe00\ufe01\ufe02\ufe0f", "selected\ufe00"],
  ["more selected\u{e0100}\u{e01ef}", "more selected"],
  ["soft\u00adhyphen, filler\u3164\u115f", "softhyphen, filler"],
  ["con\0tro\x1b[31mls\x7f\x85", "contro[31mls"],
  ["joined\u200dletters\u200chere", "joinedlettershere"],
  ["invisible\u2062times\u180e", "invisibletimes"],
];

/** What has to stay as it is: people write like this. */
const HONEST = [
  "Grüße, 你好, Привет, שלום, مرحبا",
  "می‌خواهم",
  "क्‍ष",
  "👨‍👩‍👧‍👦 ❤️‍🔥 👋🏽 🏳️‍🌈 ☎️",
  "tab\tand\nline",
  "1️⃣ © ™",
];

Deno.test("clean() takes out what nobody sees, and says so", () => {
  for (const [text, left] of HIDDEN) assert.deepEqual(clean(text), { text: left, hidden: true });
});

Deno.test("clean() leaves what people write as it is", () => {
  for (const text of HONEST) assert.deepEqual(clean(text), { text, hidden: false });
});

Deno.test("clean() ends lines in one way and leaves no half of a pair", () => {
  assert.deepEqual(clean("a\r\nb\rc\u2028d"), { text: "a\nb\nc\nd", hidden: false });
  assert.equal(clean("a\ud83db").text, "a\ufffdb");
});

Deno.test("a cleaner of pieces says what clean() says of the whole, wherever it is cut", () => {
  const whole = [...HONEST, ...HIDDEN.map(([text]) => text), "a\r\n\r\nb\r"].join(" ");
  const wanted = clean(whole);
  for (const size of [1, 2, 3, 5, 7, 64, 1_000]) {
    const cleaner = createCleaner();
    let text = "";
    for (let at = 0; at < whole.length; at += size) {
      text += cleaner.push(whole.slice(at, at + size));
    }
    text += cleaner.end();
    assert.equal(text, wanted.text, `pieces of ${size}`);
    assert.ok(cleaner.hidden);
  }
});

Deno.test("a cleaner holds back no more than a few characters, and takes no long time", () => {
  const cleaner = createCleaner();
  const evil = "a\u200d".repeat(100_000);
  const started = performance.now();
  let given = cleaner.push(evil).length;
  for (let at = 0; at < 1_000; at++) given += cleaner.push("a\u200d").length;
  assert.ok(performance.now() - started < 2_000);
  assert.ok(given + cleaner.end().length === 101_000);
});

Deno.test("cleanLine() gives one line of at most so many characters, and no half of a pair", () => {
  assert.equal(cleanLine("  a\n\n b\u200b  ", 10).text, "a b");
  assert.equal(cleanLine("ab👋", 3).text, "ab\ufffd");
});
