/**
 * One Chromium for all tests of the console, Debian's. Where there is none, its tests are skipped,
 * visibly. `CLOISTER_CHROMIUM` names another.
 */
import "./dom.ts";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import assert from "@std/assert";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { ADDRESS_HEADER, newAddress, type SharedStack, testStack } from "../stack.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const PATIENCE_MS = 30_000;

const executablePath = [Deno.env.get("CLOISTER_CHROMIUM"), ...PLACES].find(isThere);
let launched: Promise<Browser> | undefined;

/** What a test gets: a window of its own, without a session, whose CSP violations are failures. */
export interface Window {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly stack: SharedStack;
  /** Opens a page of the console. */
  open(path?: string): Promise<void>;
  /** Signs somebody new up by the form, and waits for the pages. */
  signUp(name?: string): Promise<Account>;
  /** Keeps a picture of what is seen for docs/console.md, where `deno task pictures` asked for it. */
  picture(name: string): Promise<void>;
  /** Throws for what axe finds in the page as it is. */
  checkAccess(): Promise<void>;
}

/** Somebody who was signed up in a window. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** How a window differs from the usual one of a desktop in light mode. */
export interface WindowOptions {
  phone?: boolean;
  dark?: boolean;
  /** Console errors that the test provokes on purpose. */
  expected?: RegExp;
}

/**
 * A test in the browser, against the shared stack. After it the page must have thrown nothing, and
 * nothing must have been refused by the Content-Security-Policy.
 */
export function browserTest(
  name: string,
  run: (window: Window) => Promise<void>,
  options: WindowOptions = {},
): void {
  Deno.test({
    name,
    ignore: executablePath === undefined,
    // The browser outlives the test that launched it.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const browser = await (launched ??= launch());
      const { context, window, wrong } = await openWindow(browser, options);
      try {
        await run(window);
        const found = wrong.filter((line) => !options.expected?.test(line));
        assert.deepEqual(found, [], "the browser's console");
      } catch (error) {
        await keepPicture(window.page, name);
        throw error;
      } finally {
        await context.close();
      }
    },
  });
}

async function openWindow(browser: Browser, { phone = false, dark = false }: WindowOptions) {
  const stack = testStack();
  const context = await browser.newContext({
    baseURL: stack.url,
    colorScheme: dark ? "dark" : "light",
    viewport: phone ? { width: 360, height: 740 } : { width: 1280, height: 860 },
    reducedMotion: "reduce",
    extraHTTPHeaders: { [ADDRESS_HEADER]: newAddress() },
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const wrong = watch(page);
  const window: Window = {
    page,
    context,
    stack,
    open: async (path = "/") => void await page.goto(path),
    signUp: (name = "ada") => signUp(page, name),
    picture: (name) => takePicture(page, name),
    checkAccess: () => checkAccess(page),
  };
  return { context, window, wrong };
}

/** What the page throws, and what its policy refuses. */
function watch(page: Page): string[] {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.startsWith("Failed to load resource")) wrong.push(text);
  });
  return wrong;
}

async function signUp(page: Page, name: string): Promise<Account> {
  const account = {
    email: `${name}-${crypto.randomUUID()}@example.test`,
    password: crypto.randomUUID(),
  };
  if (page.url() === "about:blank") await page.goto("/");
  await page.getByLabel("New account").check();
  await page.getByLabel("E-mail", { exact: true }).fill(account.email);
  await page.getByLabel("Password").last().fill(account.password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.locator("#navigation").waitFor({ state: "attached" });
  return account;
}

let axe: string | undefined;

async function checkAccess(page: Page): Promise<void> {
  axe ??= readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
  // By the debugger, since the page's policy lets no script in.
  if (!await page.evaluate<boolean>("'axe' in globalThis")) await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run({ resultTypes: ["violations"] })',
  );
  const said = violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`)}`
  );
  assert.deepEqual(said, [], `axe at ${page.url()}`);
}

async function takePicture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("CLOISTER_PICTURES");
  if (folder !== undefined) {
    await page.screenshot({ path: `${folder}/${name}.png`, caret: "initial" });
  }
}

/** A picture of what was there when a test failed, for whoever looks into it. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const file = `/tmp/cloister-${name.replaceAll(/\W+/g, "-").slice(0, 80)}.png`;
  await page.screenshot({ path: file }).catch(() => {});
  console.error(`at ${page.url()}, seen in ${file}`);
}

/** Also waits until the console is built, which no test's patience is meant for. */
async function launch(): Promise<Browser> {
  const home = await fetch(testStack().url, { headers: { accept: "text/html" } });
  assert.equal(home.status, 200, await home.text());
  const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  const browser = await chromium.launch({
    ...executablePath !== undefined && { executablePath },
    args,
  });
  globalThis.addEventListener("unload", () => void browser.close());
  return browser;
}

function isThere(path: string | undefined): path is string {
  try {
    return path !== undefined && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
