import assert from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "./browser.ts";
import { ofAccount } from "./account.ts";

browserTest(
  "an agent is made from a template, completed as one types, saved, compared and rolled back",
  async (window) => {
    const { page } = window;
    await window.signUp();
    await page.getByRole("link", { name: "Create your first agent" }).click();
    await page.getByRole("radio", { name: "Hello" }).check();
    await page.getByRole("textbox", { name: "Name" }).fill("greeter");
    await window.checkAccess();
    await page.getByRole("button", { name: "Create agent" }).click();
    const source = page.getByRole("textbox", { name: "Source" });
    await source.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("const more = (agent: AgentContext) => agent.fi");
    await page.getByRole("option", { name: "files" }).waitFor();
    await window.checkAccess();

    await page.keyboard.press("Escape");
    await replace(page, "export default () => { return process.env.HOME; };");
    await save(page);
    await said(page, "Version 2 is published.");
    const findings = page.getByRole("region", { name: "Findings" });
    await findings.getByText("process is not available in the sandbox.").waitFor();

    await replace(page, "export default () => { return 1;");
    await save(page);
    await findings.getByText("error").first().waitFor();
    assert.match(await source.innerText(), /return 1/);

    await replace(page, "export default () => 2;");
    await page.getByRole("button", { name: "Policy" }).click();
    await page.getByRole("checkbox", { name: "Search" }).check();
    await page.getByLabel("Max calls").fill("3");
    await window.checkAccess();
    await save(page);
    await said(page, "Version 3 is saved and waits for your approval");

    await page.getByRole("link", { name: "Versions" }).click();
    await page.getByRole("button", { name: "Compare version 3" }).click();
    await page.getByText("export default () => 2;").waitFor();
    await window.checkAccess();
    await page.getByRole("button", { name: "Review version 3" }).click();
    await page.getByText('"max_calls": 3').waitFor();
    await page.getByRole("button", { name: "Approve this policy" }).click();
    await page.getByRole("button", { name: "Publish to version 3" }).click();
    await said(page, "Version 3 is the one that runs.");
    await page.getByRole("button", { name: "Roll back to version 1" }).click();
    await said(page, "Version 1 is the one that runs.");
  },
);

browserTest(
  "what was typed for an agent is there after a reload, and after the agent is gone",
  async (window) => {
    const { page } = window;
    const account = await window.signUp();
    const { call } = await ofAccount(account);
    await call("POST", "/agents", { body: { name: "mine", source: "export default () => 1;" } });
    await window.open("/agents/mine");
    await page.getByRole("textbox", { name: "Source" }).click();
    await replace(page, "export default () => 'typed';");
    await page.getByText("Changed since version 1").waitFor();
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText("Changed since version 1").waitFor();
    await call("DELETE", "/agents/mine");
    await save(page);
    await page.getByText("This agent is gone").waitFor();
    await window.checkAccess();
    await page.reload();
    await page.getByText("This agent is gone").waitFor();
    await page.getByRole("button", { name: "Create it anew" }).click();
    await said(page, "mine is there again.");
    const version = await call("GET", "/agents/mine/versions/1");
    assert.equal((await version.json()).source, "export default () => 'typed';");
  },
);

/**
 * Puts a text in the place of the whole source. (Where Chromium itself edits several lines at once,
 * it tries an inline style on the way, which the page's policy refuses.)
 */
async function replace(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Source" }).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Backspace");
  await page.keyboard.insertText(text);
}

function save(page: Page): Promise<void> {
  return page.getByRole("button", { name: "Save and publish" }).click();
}

function said(page: Page, text: string): Promise<void> {
  return page.getByRole("status").filter({ hasText: text }).waitFor();
}
