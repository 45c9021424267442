import type { Page } from "playwright-core";
import type { CloisterClient } from "../../sdk/mod.ts";

/** Markup that would show if anything took it for markup, and a character that turns the line. */
export const HOSTILE =
  `"'>\u202E<b data-owned>bold</b><img src=x onerror="document.title='owned'">` +
  `<script>document.title='owned'</script>{{7*7}}`;
/** The like for fields of 64 characters. */
export const SHORT = HOSTILE.slice(0, 64);
const LONG = "w".repeat(400);
const NAME = "hostile-" + "x".repeat(55);

const SOURCE = `export default async (input, agent) => {
  agent.log(input.text, { more: input.text });
  console.error(input.text);
  await agent.files.write("kept/report.html", input.text);
  if (input.fails) throw new Error(input.text);
  return { [input.text]: input.text, long: "w".repeat(400) };
};`;

/**
 * Fills an account with what is hostile, wherever the API takes free text. Returns the addresses of
 * the pages about it that the navigation does not list.
 */
export async function fill(caller: CloisterClient): Promise<string[]> {
  const { name } = await caller.agents.create({
    name: NAME,
    description: `${HOSTILE} ${LONG}`,
    source: SOURCE,
    language: "javascript",
    policy: { files: { access: "write" } },
    input_schema: {
      type: "object",
      title: HOSTILE,
      properties: {
        text: { type: "string", title: HOSTILE, description: HOSTILE },
        fails: { type: "boolean", default: false },
      },
    },
  });
  const good = await caller.run(name, { text: HOSTILE });
  const bad = await caller.run(name, { text: HOSTILE, fails: true });
  await caller.agents.files.write(name, `kept/${"long".repeat(30)}.txt`, HOSTILE);
  await caller.agents.schedules.create(name, {
    name: "nightly",
    cron: "0 3 * * *",
    input: { text: HOSTILE },
  });
  await caller.agents.hooks.create(name, { description: HOSTILE });
  await caller.keys.create({ name: SHORT, scopes: ["agents:read"] });
  await caller.secrets.create({ name: "TOKEN", value: "secret-value", hosts: ["api.example.com"] });
  const tabs = ["edit", "run", "versions", "history", "triggers", "settings", "files"];
  return [
    ...tabs.map((tab) => `/agents/${name}/${tab}`),
    `/runs/${good.id}`,
    `/runs/${bad.id}`,
    "/new-agent",
    "/runs/run_nonsense",
    "/agents/%3Cimg%20src=x%20onerror=alert(1)%3E",
    "/nowhere/%3Cimg%20src=x%20onerror=alert(1)%3E",
  ];
}

/** What of it became markup, ran, or turns the text around it. */
export async function owned(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => ({
    markup: [...document.querySelectorAll("[data-owned], img[src=x], main script")].length,
    title: document.title,
    turned: /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText),
  }));
  return [
    ...found.markup > 0 ? [`${page.url()}: ${found.markup} elements were made of text`] : [],
    ...found.title === "owned" ? [`${page.url()}: a script ran`] : [],
    ...found.turned ? [`${page.url()}: a character turns the line around`] : [],
  ];
}
