import assert from "@std/assert";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { browserTest, type Window } from "./browser.ts";
import { callerOf } from "./caller.ts";
import { fill, owned, SHORT } from "./hostile.ts";
import { signUpAs } from "./role.ts";

const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 360, height: 740 };

browserTest(
  "on every page hostile text stays text, axe finds nothing in either mode, and a phone is enough",
  async (window) => {
    const { page } = window;
    const caller = await callerOf(window, await signUpAs(window, "admin"));
    const others = await fill(caller);
    await caller.request("POST", "/admin/runners", { body: { name: SHORT } });
    await window.open("/");
    const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
    await links.first().waitFor();
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    assert.ok(paths.length >= 15, `only ${paths.join(", ")}`);
    const wrong: string[] = [];
    for (const path of [...paths, ...others]) {
      await go(page, path ?? "");
      wrong.push(...await owned(page), ...await look(window));
    }
    assert.deepEqual(wrong, []);
  },
  { expected: /status of 4/ },
);

/** Goes to a page as a link does, without loading the console anew. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((path) => {
    const link = document.createElement("a");
    link.href = path;
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await page.waitForFunction(() => document.querySelector("main h1") !== null);
  await page.waitForFunction(() => document.querySelector("main [aria-busy=true]") === null);
}

/** What is wrong with a page, light and wide, then dark and narrow. */
async function look({ page, checkAccess }: Window): Promise<string[]> {
  const light = await violations(page, checkAccess);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(PHONE);
  const dark = [...await tooWide(page), ...await paleInTheDark(page)];
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(DESKTOP);
  return [...light, ...dark];
}

async function violations(page: Page, check: () => Promise<void>): Promise<string[]> {
  try {
    await check();
    return [];
  } catch (error) {
    return [`${page.url()}: ${error}`];
  }
}

async function paleInTheDark(page: Page): Promise<string[]> {
  const options = '{ runOnly: ["color-contrast"], resultTypes: ["violations"] }';
  const found = await page.evaluate<AxeResults>(`axe.run(${options})`);
  return found.violations.flatMap(({ nodes }) =>
    nodes.map(({ html, failureSummary }) => `dark ${page.url()}: ${html} ${failureSummary}`)
  );
}

/** What makes the page as a whole scroll sideways. */
async function tooWide(page: Page): Promise<string[]> {
  const elements = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const past = [...document.querySelectorAll("body *")].filter((element) =>
      element.getBoundingClientRect().right > innerWidth + 1
    );
    return past.slice(0, 4).map((element) => element.outerHTML.slice(0, 200));
  });
  return elements.map((element) => `too wide for a phone ${page.url()}: ${element}`);
}
