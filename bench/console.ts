/**
 * How long the console of the local stack takes until one can use it: from the navigation to the
 * sign-in form that takes a letter, and from there with a session to the list of agents. Each time
 * in a fresh browser context, so without a cache. Prints a table, and fails where the middle of the
 * first is above a second.
 */
import { chromium } from "playwright-core";
import { startStack } from "../dev/stack.ts";

const ROUNDS = 9;
const MOST_MS = 1_000;

// The stack's functions run in this process, and what they say of ordinary requests is long.
console.info = () => {};
const executablePath = Deno.env.get("CLOISTER_CHROMIUM") ?? "/usr/bin/chromium";
const stack = await startStack({ temporary: true, port: 0, clock: false, log: () => {} });
const html = { headers: { accept: "text/html" } };
await (await fetch(stack.url, html)).body?.cancel();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await visit());
  const first = middle(rounds.map(({ formMs }) => formMs));
  console.log(`| from the address to                 | p50 ms | worst ms |
| ----------------------------------- | -----: | -------: |
| a sign-in form that takes a letter  | ${first} | ${worst(rounds.map((r) => r.formMs))} |
| the list of agents, with a session  | ${middle(rounds.map((r) => r.listMs))} | ${
    worst(rounds.map((r) => r.listMs))
  } |
| bytes of the first, as they came    | ${rounds[0]?.bytes} | |`);
  if (first > MOST_MS) Deno.exitCode = 1;
} finally {
  await browser.close();
  await stack.stop();
}

interface Round {
  formMs: number;
  listMs: number;
  bytes: number;
}

/** Signs somebody up in a new context, and loads the list of agents again. */
async function visit(): Promise<Round> {
  const context = await browser.newContext({ baseURL: stack.url });
  const page = await context.newPage();
  let bytes = 0;
  page.on("response", async (response) => {
    const size = await response.request().sizes().catch(() => undefined);
    bytes += size?.responseBodySize ?? 0;
  });
  const started = performance.now();
  await page.goto("/", { waitUntil: "commit" });
  await page.getByLabel("E-mail", { exact: true }).fill("a");
  const formMs = performance.now() - started;
  await page.getByLabel("New account").check();
  await page.getByLabel("E-mail", { exact: true }).fill(`${crypto.randomUUID()}@example.test`);
  await page.getByLabel("Password").last().fill("correct horse");
  const form = bytes;
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("link", { name: "Create your first agent" }).waitFor();
  const again = performance.now();
  await page.goto("/agents", { waitUntil: "commit" });
  await page.getByRole("link", { name: "Create your first agent" }).waitFor();
  const listMs = performance.now() - again;
  await context.close();
  return { formMs, listMs, bytes: form };
}

function middle(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}

function worst(values: readonly number[]): number {
  return Math.round(Math.max(...values));
}
