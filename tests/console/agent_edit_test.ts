import assert from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "./browser.ts";
import { callerOf } from "./caller.ts";

browserTest(
  "an agent is made from a template, completed as one types, saved, compared and rolled back",
  async (window) => {
    const { page } = window;
    await window.signUp();
    await page.getByRole("link", { name: "Create your first agent" }).click();
    await page.getByRole("radio", { name: "Hello" }).check();
    await page.getByRole("textbox", { name: "Name" }).fill("greeter");
    await page.getByRole("link", { name: "Usage" }).click();
    await page.goBack();
    assert.ok(await page.getByRole("radio", { name: "Hello" }).isChecked());
    assert.equal(await page.getByRole("textbox", { name: "Name" }).inputValue(), "greeter");
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
    await page.locator(".cm-lint-marker").first().hover();
    await page.locator(".cm-tooltip-lint").getByText("process is not available").waitFor();

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
  "what was typed outlives a reload and its agent, and no tab publishes over another's unasked",
  async (window) => {
    const { page, context } = window;
    const caller = await callerOf(window, await window.signUp());
    await caller.agents.create({ name: "mine", source: "export default () => 1;" });
    await window.open("/agents/mine");
    await page.getByRole("textbox", { name: "Source" }).click();
    await replace(page, "export default () => 'typed';");
    await page.getByText("Changed since version 1").waitFor();
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText("Changed since version 1").waitFor();
    const other = await context.newPage();
    await other.goto("/agents/mine");
    await replace(other, "export default () => 'from the other tab';");
    await save(other);
    await said(other, "Version 2 is published.");
    await other.close();
    await save(page);
    const question = page.getByRole("dialog", { name: "Publish over version 2?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await caller.agents.get("mine")).current_version, 2);
    await save(page);
    await question.getByRole("button", { name: "Publish over it" }).click();
    await said(page, "Version 3 is published.");
    await question.waitFor({ state: "detached" });

    await replace(page, "export default () => 'typed again';");
    await caller.agents.remove("mine");
    await save(page);
    await page.getByText("This agent is gone").waitFor();
    await window.checkAccess();
    await page.reload();
    await page.getByText("This agent is gone").waitFor();
    await page.getByRole("button", { name: "Create it anew" }).click();
    await said(page, "mine is there again.");
    const { source } = await caller.agents.versions.get("mine", 1);
    assert.equal(source, "export default () => 'typed again';");
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
