import assert from "@std/assert";
import { browserTest } from "./browser.ts";

/** What links and providers answer, and what is said of it: never their own words. */
const REFUSALS = [
  ["#error=access_denied&error_code=otp_expired&error_description=owned", /expired, or was used/],
  ["?error=access_denied&error_description=owned", /refused, or broken off/],
  ["?error=__proto__#error=owned", /failed/],
  ["?code=of-another-browser", /browser that asked for it/],
] as const;

browserTest(
  "who comes by a link that was refused is told why, signs up, sees their account, and signs out",
  async (window) => {
    const { page } = window;
    for (const [address, words] of REFUSALS) {
      await window.open(`/account${address}`);
      await page.getByRole("alert").getByText(words).waitFor();
      assert.equal(page.url(), `${window.stack.url}/account`);
    }
    await window.checkAccess();
    const { email } = await window.signUp();
    await page.getByRole("heading", { name: "Account", level: 1 }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/account");
    await page.getByRole("main").getByText(email).waitFor();
    await page.getByRole("cell", { name: "execute", exact: true }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  },
);
