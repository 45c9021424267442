import assert from "@std/assert";
import { testStack } from "../stack.ts";
import { browserTest } from "./browser.ts";

browserTest(
  "the reference tells anybody of every route, finds one, and links to it",
  async ({ page, open, checkAccess }) => {
    await open("/reference.html#post_execute_agents_name");
    const run = page.locator("#post_execute_agents_name");
    await run.locator("dl").waitFor();
    assert.match(await run.innerText(), /idempotency-key/);
    await run.getByRole("link", { name: "NewRun" }).click();
    await page.locator("#schema-NewRun table").waitFor();
    await page.getByRole("searchbox").fill("cancel post");
    const left = page.locator("details summary");
    await page.getByRole("status").filter({ hasText: /^[12] of/ }).waitFor();
    assert.match((await left.allInnerTexts()).join(), /POST \/execute\/runs\/\{id\}\/cancel/);
    await checkAccess();
  },
);

browserTest("the reference fits a phone, in the dark", async ({ page, open, checkAccess }) => {
  await open("/reference.html");
  await page.getByRole("searchbox").fill("/agents/{name}/webhooks");
  await page.locator("details summary").first().click();
  await checkAccess();
  const width = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  assert.ok(width <= 0, `${width} pixels stick out`);
}, { phone: true, dark: true });

Deno.test("the console serves llms.txt, and every link of it leads to a page", async () => {
  const { url } = testStack();
  const response = await fetch(`${url}/llms.txt`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  const links = [...(await response.text()).matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link);
  assert.ok(links.length > 20);
  for (const link of links) {
    const page = await fetch(`${url}/${link}`);
    assert.equal(page.status, 200, link);
    assert.match(page.headers.get("content-type") ?? "", /^text\/markdown/, link);
    await page.body?.cancel();
  }
});
