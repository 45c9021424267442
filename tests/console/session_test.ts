import assert from "@std/assert";
import type { Page } from "playwright-core";
import { type Account, browserTest } from "./browser.ts";

const WITH_GITHUB = { external: { email: true, github: true, google: false } };

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
  "a session that ends asks to sign in again, by OAuth beside it too, and what was typed stays",
  async (window) => {
    const { page, context } = window;
    await context.route("**/auth/v1/settings", (route) => route.fulfill({ json: WITH_GITHUB }));
    await context.route(
      "**/auth/v1/authorize?*",
      (route) => route.fulfill({ body: "the provider's page" }),
    );
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
    const [beside] = await Promise.all([
      context.waitForEvent("page"),
      dialog.getByRole("button", { name: "Continue with Github" }).click(),
    ]);
    await beside.getByText("the provider's page").waitFor();
    await beside.goto("/");
    await signIn(beside, account);
    await dialog.waitFor({ state: "detached" });
    assert.equal(await typed.inputValue(), "half-typed");
  },
);

browserTest(
  "who signs out leaves all tabs, and nothing typed or shown once stays there",
  async (window) => {
    const { page, context } = window;
    const account = await window.signUp();
    const other = await context.newPage();
    await other.goto("/keys");
    await other.getByRole("button", { name: "New key" }).click();
    await other.getByLabel("Name").fill("nightly");
    await other.getByRole("button", { name: "Create the key" }).click();
    const key = await other.getByLabel("API key", { exact: true }).inputValue();
    for (const tab of [page, other]) await tab.evaluate(keepTyped);
    await page.getByRole("button", { name: "Sign out" }).click();
    await other.getByRole("button", { name: "Sign in" }).waitFor();
    assert.ok(!(await other.content()).includes(key));
    for (const tab of [page, other]) {
      assert.deepEqual(await tab.evaluate(() => Object.keys(sessionStorage)), []);
    }
    await signIn(page, account);
    await other.getByRole("navigation", { name: "Pages" }).waitFor();
  },
);

browserTest(
  "the rights of an account are never another's, however late they are told",
  async (window) => {
    const { page, context } = window;
    await window.signUp();
    const other = await context.newPage();
    const asked = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    await other.route("**/rpc/my_permissions", async (route) => {
      asked.resolve();
      await late.promise;
      await route.fulfill({ json: ["admin", "agents:read"] }).catch(() => {});
    }, { times: 1 });
    await other.goto("/");
    await asked.promise;
    await page.getByRole("button", { name: "Sign out" }).click();
    await window.signUp("bob");
    const pages = other.getByRole("navigation", { name: "Pages" });
    await pages.waitFor();
    late.resolve();
    await other.getByRole("link", { name: "Usage" }).click();
    await other.getByRole("heading", { name: "Usage", level: 1 }).waitFor();
    assert.equal(await pages.getByText("Operate").count(), 0);
  },
);

/** What the pages keep of what is typed, under the account that is signed in. */
function keepTyped() {
  for (const key of Object.keys(localStorage).filter((key) => key.endsWith("-auth-token"))) {
    const { user } = JSON.parse(localStorage.getItem(key) ?? "{}");
    sessionStorage.setItem(`cloister.kept.${user.id}.input`, "private");
    sessionStorage.setItem(`cloister.draft.${user.id}.agent`, "private");
  }
}

browserTest(
  "without the network a page says that it cannot be loaded, and signing out what it could not do",
  async (window) => {
    const { page, context } = window;
    const { email } = await window.signUp();
    const failure = page.getByRole("alert").filter({ hasText: "could not be loaded" });
    const reload = page.getByRole("button", { name: "Reload the console" });
    await page.getByRole("link", { name: "Create your first agent" }).waitFor();

    await context.setOffline(true);
    await page.getByRole("link", { name: "Usage" }).click();
    await failure.waitFor();
    await reload.click();
    await failure.getByText("cannot be reached yet").waitFor();
    await page.getByRole("link", { name: "Agents", exact: true }).click();
    await failure.waitFor({ state: "detached" });
    await context.setOffline(false);
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("heading", { name: "Usage", level: 1 }).waitFor();

    // As after the console was renewed: what this page was made of is there no more.
    await page.route("**/assets/*", (route) => route.fulfill({ status: 404 }));
    await page.getByRole("link", { name: "Secrets" }).click();
    await failure.waitFor();
    await page.unroute("**/assets/*");
    await reload.click();
    await page.getByRole("heading", { name: "Secrets", level: 1 }).waitFor();

    await page.route("**/auth/v1/logout?*", (route) => route.abort());
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("status").filter({ hasText: "could not be told" }).waitFor();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.ok(!(await page.content()).includes(email));
  },
);

browserTest("providers that the project has are offered, and get a challenge", async (window) => {
  const { page } = window;
  await page.route(
    "**/auth/v1/settings",
    (route) => route.fulfill({ json: WITH_GITHUB }),
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
