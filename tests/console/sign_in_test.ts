import assert from "@std/assert";
import { browserTest } from "./browser.ts";

browserTest("somebody new signs up, sees their account, and signs out", async (window) => {
  const { page } = window;
  await window.open("/account");
  await window.checkAccess();
  const { email } = await window.signUp();
  await page.getByRole("heading", { name: "Account", level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/account");
  await page.getByRole("main").getByText(email).waitFor();
  await page.getByRole("cell", { name: "execute", exact: true }).waitFor();
  await window.checkAccess();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
});
