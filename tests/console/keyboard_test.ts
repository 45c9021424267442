import assert from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "./browser.ts";
import { signUpAs } from "./role.ts";

browserTest(
  "everything can be done by the keyboard, Tab comes to every link, and the focus is where one expects it",
  async (window) => {
    const { page } = window;
    await signUpAs(window, "admin");
    await window.open("/admin/runners");
    await page.getByRole("heading", { name: "New runner" }).waitFor();

    assert.equal((await focused(page)).text, "Runners", "a new page begins at its heading");
    const first = page.locator("a[href], button, input, select, textarea").first();
    await first.focus();
    assert.equal((await focused(page)).text, "Skip to the content");
    assert.ok(await isSeen(page), "the skip link is not seen");
    await page.keyboard.press("Enter");
    assert.equal((await focused(page)).id, "main");
    await page.keyboard.press("Tab");
    assert.match((await focused(page)).label ?? "", /^Name/);
    await page.keyboard.type("by keyboard");
    await page.keyboard.press("Enter");

    await page.getByRole("dialog").waitFor();
    for (let presses = 0; presses < 6; presses++) {
      await page.keyboard.press("Tab");
      assert.ok(!(await focused(page)).behind, `Tab ${presses + 1} goes behind the dialog`);
    }
    await page.getByRole("button", { name: "I have kept it" }).press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    const revoke = page.getByRole("button", { name: "Revoke…" }).first();
    await revoke.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    assert.ok((await focused(page)).inside, "the dialog does not take the focus");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement?.textContent === "Revoke…");

    await window.open("/account");
    const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
    await links.first().focus();
    const names = await links.allInnerTexts();
    for (const name of names) {
      assert.equal((await focused(page)).text, name);
      assert.notEqual(await outline(page), "0px", `${name} does not show the focus`);
      await page.keyboard.press("Tab");
    }
    assert.equal(
      await page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count(),
      0,
    );
    await links.last().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: names.at(-1) ?? "", level: 1 }).waitFor();
  },
);

browserTest(
  "a phone's menu opens and closes by the keyboard, and closes when one goes",
  async (window) => {
    const { page } = window;
    await window.signUp();
    await window.open("/account");
    const menu = page.getByRole("button", { name: "Menu" });
    await menu.focus();
    assert.equal(await menu.getAttribute("aria-expanded"), "false");
    await page.keyboard.press("Enter");
    assert.equal(await menu.getAttribute("aria-expanded"), "true");
    await window.checkAccess();
    await page.getByRole("link", { name: "Secrets" }).press("Enter");
    await page.getByRole("heading", { name: "Secrets", level: 1 }).waitFor();
    assert.equal(await menu.getAttribute("aria-expanded"), "false");
  },
  { phone: true, dark: true },
);

/** What has the focus. `behind` is what lies under an open dialog. */
function focused(page: Page) {
  return page.evaluate(() => {
    const at = document.activeElement ?? document.body;
    const labelled = at.getAttribute("id");
    return {
      id: at.id,
      text: at.innerText.trim(),
      label: labelled && document.querySelector(`label[for="${labelled}"]`)?.innerText,
      inside: at.closest("dialog") !== null,
      // After a dialog's last button comes the browser's own window, which is nowhere in the page.
      behind: at !== document.body && at.closest("dialog") === null,
    };
  });
}

/** How wide the line around what has the focus is. */
function outline(page: Page): Promise<string> {
  return page.evaluate<string>("getComputedStyle(document.activeElement).outlineWidth");
}

/** Whether what has the focus lies on the screen. */
function isSeen(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const box = document.activeElement?.getBoundingClientRect();
    return box !== undefined && box.left >= 0 && box.top >= 0 && box.right > box.left;
  });
}
