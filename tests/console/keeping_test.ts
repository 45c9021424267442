import { Buffer } from "node:buffer";
import assert from "@std/assert";
import { browserTest } from "./browser.ts";
import { callerOf } from "./caller.ts";

browserTest(
  "an API key is shown once, works, is kept nowhere in the browser, and is revoked",
  async (window) => {
    const { page } = window;
    await window.signUp();
    await page.getByRole("link", { name: "API keys" }).click();
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name").fill("the nightly job");
    await page.getByRole("button", { name: "Create the key" }).click();
    const field = page.getByLabel("API key", { exact: true });
    const key = await field.inputValue();
    assert.match(key, /^ck_/);
    await window.checkAccess();
    await page.keyboard.press("Escape");
    assert.equal(await field.inputValue(), key, "Escape loses the key");
    const health = await fetch(`${window.stack.url}/functions/v1/agents`, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(health.status, 200);
    await health.body?.cancel();
    await page.getByRole("button", { name: "I have kept it" }).click();
    const kept = await page.evaluate(() =>
      JSON.stringify([localStorage, sessionStorage, location.href, document.body.outerHTML])
    );
    assert.ok(!kept.includes(key.slice(-30)), "the key is still there");
    await page.getByRole("button", { name: "Revoke the nightly job" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("revoked", { exact: true }).waitFor();
  },
);

browserTest(
  "a secret is kept and replaced, its value is never shown, and wrong hosts are told at their field",
  async (window) => {
    const { page } = window;
    await window.signUp();
    await page.getByRole("link", { name: "Secrets" }).click();
    await page.getByRole("button", { name: "New secret" }).click();
    await page.getByLabel("Name").fill("WEATHER_KEY");
    await page.getByLabel("Value").fill("sk-very-secret");
    await page.getByLabel("Hosts").fill("https://no.host/");
    await page.getByRole("button", { name: "Keep the secret" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(
      await page.getByLabel("Value").inputValue(),
      "sk-very-secret",
      "what was typed stays",
    );
    await window.checkAccess();
    await page.getByLabel("Hosts").fill("api.example.com");
    await page.getByRole("button", { name: "Keep the secret" }).click();
    await page.getByRole("cell", { name: "WEATHER_KEY", exact: true }).waitFor();
    await page.getByRole("button", { name: "Replace WEATHER_KEY" }).click();
    assert.equal(await page.getByLabel("Value").inputValue(), "");
    await page.getByLabel("Value").fill("sk-other");
    await page.getByRole("dialog").getByRole("button", { name: "Replace" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("cell", { name: "2", exact: true }).waitFor();
    assert.ok(!(await page.content()).includes("sk-"));
    await page.getByRole("button", { name: "Remove WEATHER_KEY" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("No secrets yet").waitFor();
  },
);

browserTest(
  "files are uploaded, read as text, saved, replaced after a question, and removed",
  async (window) => {
    const { page } = window;
    const caller = await callerOf(window, await window.signUp());
    await caller.agents.create({ name: "clerk", source: "export default () => 1;" });
    await caller.agents.files.write("clerk", "notes/old.txt", "from before");
    await window.open("/agents/clerk/files");
    await page.getByRole("link", { name: "notes/" }).click();
    await page.getByText("old.txt").waitFor();
    const upload = (text: string) =>
      page.getByLabel("Upload files").setInputFiles({
        name: "page.txt",
        mimeType: "text/plain",
        buffer: Buffer.from(text),
      });
    await upload("<b onclick=alert(1)>one</b>");
    await page.getByRole("button", { name: "Read notes/page.txt" }).click();
    await page.getByRole("region", { name: "Content" }).getByText("<b onclick=alert(1)>one</b>")
      .waitFor();
    await page.keyboard.press("Escape");
    await upload("two");
    await page.getByRole("dialog").getByRole("button", { name: "Replace" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.route("**/files/**broken.txt", (route) => route.abort());
    await page.getByLabel("Upload files").setInputFiles(
      ["broken.txt", "whole.txt"].map((name) => ({
        name,
        mimeType: "text/plain",
        buffer: Buffer.from(name),
      })),
    );
    await page.getByText("Not uploaded: broken.txt").waitFor();
    await page.getByText("whole.txt", { exact: true }).waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save notes/page.txt" }).click(),
    ]);
    assert.equal(saved.suggestedFilename(), "page.txt");
    assert.equal(await Deno.readTextFile(await saved.path()), "two");
    await page.getByRole("button", { name: "Remove notes/page.txt" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("page.txt", { exact: true }).waitFor({ state: "detached" });
    await page.getByText("old.txt", { exact: true }).waitFor();
  },
);

browserTest("usage shows runs, failures, times and what is left of the budget", async (window) => {
  const { page } = window;
  const caller = await callerOf(window, await window.signUp());
  await caller.agents.create({ name: "good", source: "export default () => 1;" });
  await caller.agents.create({
    name: "bad",
    source: "export default () => { throw new Error('no'); };",
  });
  await Promise.all(["good", "good", "bad"].map((name) => caller.run(name)));
  await page.getByRole("link", { name: "Usage" }).click();
  await page.getByText("1 (33 %)").first().waitFor();
  await page.getByRole("img", { name: "Runs a day" }).waitFor();
  await page.getByRole("progressbar", { name: /^CPU time today/ }).waitFor();
  await page.getByText("As a table").first().click();
  await page.getByLabel("Agent", { exact: true }).selectOption("bad");
  await page.getByText("1 (100 %)").first().waitFor();
  await page.getByRole("table").last().getByRole("link", { name: "bad" }).click();
  await page.getByRole("cell", { name: "failed", exact: true }).waitFor();
});
