import assert from "@std/assert";
import type { Page } from "playwright-core";
import { type Account, browserTest } from "./browser.ts";

async function signIn(page: Page, { email, password }: Account): Promise<void> {
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByLabel("Password").last().fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Makes the session one that the project refuses, as after a long night. */
async function endSession(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage).filter((key) => key.endsWith("-auth-token"))) {
      const session = JSON.parse(localStorage.getItem(key) ?? "{}");
      const ended = { ...session, expires_at: 1, access_token: "ended", refresh_token: "ended" };
      localStorage.setItem(key, JSON.stringify(ended));
    }
  });
}

browserTest("a failed login says so and keeps what was typed", async (window) => {
  const { page } = window;
  const account = await window.signUp();
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page, { ...account, password: "not the password" });
  await page.getByRole("alert").getByText(/invalid login credentials/i).waitFor();
  assert.equal(await page.getByLabel("E-mail", { exact: true }).inputValue(), account.email);
  assert.equal(await page.getByLabel("Password").last().inputValue(), "not the password");
  await window.checkAccess();
  await page.getByLabel("Password").last().fill(account.password);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
});

browserTest(
  "a session that ends asks to sign in again, and what was typed stays",
  async (window) => {
    const { page } = window;
    const account = await window.signUp();
    await page.goto("/new-agent");
    const typed = page.getByLabel("Name", { exact: true });
    await typed.fill("half-typed");
    await endSession(page);
    await page.getByRole("button", { name: /create/i }).click();
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    await window.checkAccess();
    await page.keyboard.press("Escape");
    assert.ok(await dialog.isVisible(), "Escape leads nowhere without a session");
    await dialog.getByLabel("Password").last().fill(account.password);
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await typed.inputValue(), "half-typed");
  },
);

browserTest("two tabs sign out and in together", async (window) => {
  const { page, context } = window;
  const account = await window.signUp();
  const other = await context.newPage();
  await other.goto("/account");
  await other.getByRole("heading", { name: "Account", level: 1 }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  const dialog = other.getByRole("dialog", { name: "Your session has ended" });
  await dialog.waitFor();
  await signIn(page, account);
  await dialog.waitFor({ state: "detached" });
  await other.getByRole("cell", { name: "execute", exact: true }).waitFor();
});

browserTest("providers that the project has are offered, and get a challenge", async (window) => {
  const { page } = window;
  await page.route(
    "**/auth/v1/settings",
    (route) => route.fulfill({ json: { external: { email: true, github: true, google: false } } }),
  );
  const asked = Promise.withResolvers<URL>();
  await page.route("**/auth/v1/authorize?*", (route) => {
    asked.resolve(new URL(route.request().url()));
    return route.fulfill({ body: "the provider's page" });
  });
  await window.open();
  await page.getByRole("button", { name: "Continue with Github" }).click();
  const { searchParams } = await asked.promise;
  assert.equal(searchParams.get("provider"), "github");
  assert.equal(searchParams.get("code_challenge_method"), "s256");
  assert.equal(await page.getByRole("button", { name: /google/i }).count(), 0);
});
