import assert from "@std/assert";
import type { Page } from "playwright-core";
import { startStack } from "../../dev/stack.ts";
import { browserTest } from "./browser.ts";

const mails: string[] = [];
// Its e-mails are shown to its developer: the stack that tests share keeps them to itself.
let started: ReturnType<typeof startStack> | undefined;
Deno.test.afterAll(async () => await (await started)?.stop());

const start = () =>
  startStack({
    temporary: true,
    port: 0,
    clock: false,
    functions: false,
    log: (line) => mails.push(line),
  });

async function askForMail(page: Page, email: string): Promise<string> {
  const { url } = await (started ??= start());
  await page.goto(url);
  await page.getByLabel("E-mail link").check();
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByRole("status").getByText(email).waitFor();
  return mails.filter((line) => line.includes(email)).at(-1) ?? "";
}

browserTest("a link in an e-mail signs in, and no address ever holds a token", async ({ page }) => {
  const seen: string[] = [];
  page.on("framenavigated", (frame) => seen.push(frame.url()));
  page.on("request", (request) => seen.push(request.url()));
  const mail = await askForMail(page, `link-${crypto.randomUUID()}@example.test`);
  await page.goto(/http\S+/.exec(mail)?.[0] ?? "");
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  assert.ok(seen.some((url) => new URL(url).searchParams.has("code")));
  assert.ok(!seen.some((url) => /access_token|refresh_token|eyJ/.test(url)));
  assert.equal(new URL(page.url()).search + new URL(page.url()).hash, "");
});

browserTest("the code in an e-mail signs in where it is typed", async ({ page }) => {
  const mail = await askForMail(page, `code-${crypto.randomUUID()}@example.test`);
  const code = page.getByLabel("Code");
  await code.fill("000000");
  await page.getByRole("button", { name: "Sign in with the code" }).click();
  await page.getByRole("alert").waitFor();
  await code.fill(/\b\d{6}\b/.exec(mail)?.[0] ?? "");
  await page.getByRole("button", { name: "Sign in with the code" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
});
