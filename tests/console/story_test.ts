/**
 * What a person does on their first day, from the first page to the last. The function is longer
 * than a screen, since it is one story.
 */
import assert from "@std/assert";
import { browserTest } from "./browser.ts";

const SOURCE = `export default async (input, agent) => {
  for (let step = 1; input === "for ever" || step <= 8; step++) {
    agent.log(\`step \${step} <img src=x onerror="document.title='owned'">\`);
    await new Promise((done) => setTimeout(done, 150));
  }
  return { html: "<script>document.title = 'owned'</script>" };
};
`;

browserTest(
  "a person fails to sign in, signs up, writes an agent, watches it, cancels it, and is done",
  async (window) => {
    const { page, context } = window;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const status = page.getByRole("status");
    await window.open();
    await page.getByLabel("E-mail", { exact: true }).fill("nobody@example.test");
    await page.getByLabel("Password").last().fill("a guess");
    await window.picture("sign-in");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();

    const { email } = await window.signUp();
    await page.getByRole("link", { name: "Create your first agent" }).click();
    await page.getByRole("radio", { name: "Empty" }).check();
    await page.getByRole("textbox", { name: "Name" }).fill("first");
    await window.picture("templates");
    const editor = Promise.withResolvers<void>();
    await page.route(
      /editor_view[^/]*\.js/,
      (route) => editor.promise.then(() => route.continue()),
    );
    await page.getByRole("button", { name: "Create agent" }).click();
    await page.locator("textarea").click();
    editor.resolve();
    await page.locator(".cm-content").waitFor();
    await page.keyboard.press("Control+A");
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(SOURCE)})`);
    await page.keyboard.press("Control+V");
    await page.getByRole("button", { name: "Save and publish" }).click();
    await status.filter({ hasText: "Version 2 is published." }).waitFor();
    await window.picture("editor");

    await page.getByRole("link", { name: "Run", exact: true }).click();
    const input = page.getByRole("textbox");
    await input.fill('"once"');
    const run = page.getByRole("button", { name: "Run", exact: true });
    await run.click();
    await page.getByText("step 8 <img").first().waitFor();
    await status.filter({ hasText: "succeeded" }).waitFor();
    await page.getByText("<script>document.title = 'owned'</script>").first().waitFor();
    assert.doesNotMatch(await page.title(), /owned/);

    await input.fill('"for ever"');
    await run.click();
    await status.filter({ hasText: "running" }).waitFor();
    await page.getByText("step 3 <img").first().waitFor();
    await window.picture("live");
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await status.filter({ hasText: "cancelled" }).waitFor();
    await page.getByRole("link", { name: "All about this run" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByText("cancelled").first().waitFor();
    await window.picture("run");

    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("heading", { name: "Usage", level: 1 }).waitFor();
    await page.getByRole("figure").first().waitFor();
    await window.picture("phone");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.ok(!(await page.content()).includes(email));
  },
);
