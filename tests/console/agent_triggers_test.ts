import assert from "@std/assert";
import type { Page } from "playwright-core";
import { ofAccount } from "./account.ts";
import { browserTest } from "./browser.ts";

browserTest(
  "an agent gets a schedule, a hook and a webhook, whose secrets are shown once, and an end",
  async (window) => {
    const { page } = window;
    const { call } = await ofAccount(await window.signUp());
    await call("POST", "/agents", { body: { name: "worker", source: "export default () => 1;" } });
    await window.open("/agents/worker/triggers");

    await page.getByRole("button", { name: "New schedule" }).click();
    await page.getByLabel("Name").fill("mornings");
    await page.getByLabel("Cron line").fill("0 0 30 2 *");
    await page.getByText("never").waitFor();
    await page.getByLabel("Cron line").fill("30 8 * * mon-fri");
    await page.getByText(/Next: \d/).waitFor();
    await window.checkAccess();
    await page.getByRole("button", { name: "Create schedule" }).click();
    await page.getByRole("button", { name: "Switch off mornings" }).click();
    await page.getByRole("button", { name: "Switch on mornings" }).waitFor();

    await page.getByRole("button", { name: "New hook" }).click();
    await page.getByRole("button", { name: "Create hook" }).click();
    const secret = page.getByLabel("Secret", { exact: true });
    assert.match(await secret.inputValue(), /^whsec_/);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await secret.waitFor({ state: "detached" });
    await page.getByText(/\/functions\/v1\/execute\/hooks\/hook_/).waitFor();

    await page.getByRole("button", { name: "New webhook" }).click();
    await page.getByLabel("Address").fill("https://example.com/told");
    await page.getByRole("button", { name: "Create webhook" }).click();
    assert.match(await secret.inputValue(), /^whsec_/);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("button", { name: "Deliveries" }).click();
    await page.getByText("It was told of no run yet.").waitFor();
    await window.checkAccess();

    await putAway(page);
  },
);

/** Renames the agent, saves what it takes, shelves it, takes it back, and deletes it. */
async function putAway(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Name").fill("helper");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "helper" }).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as OpenAPI" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "helper.openapi.json");
  await page.getByRole("button", { name: "Archive it" }).click();
  await page.getByRole("button", { name: "Take it back" }).click();
  await page.getByRole("button", { name: "Archive it" }).waitFor();
  await page.getByRole("button", { name: "Delete the agent…" }).click();
  await page.getByRole("button", { name: "Delete for ever" }).click();
  await page.getByText("There is no agent yet.").waitFor();
}
