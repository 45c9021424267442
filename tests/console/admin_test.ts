import assert from "@std/assert";
import { readFileSync } from "node:fs";
import type { Download, Page } from "playwright-core";
import { call, newAddress, type Person, person } from "../stack.ts";
import { browserTest, type Window } from "./browser.ts";
import { signUpAs } from "./role.ts";

browserTest("an operator goes from the alert to the report of an incident", async (window) => {
  const { page, stack } = window;
  const suspect = await person("suspect", stack);
  const address = newAddress();
  const network = address.replace(/::1$/, "::/64");
  for (let tries = 0; tries < 11; tries++) {
    const nobody = { token: "ck_test_nobody_nothing", address };
    await (await call(stack, "GET", "/agents", nobody)).body?.cancel();
  }
  await signUpAs(window, "admin");

  await window.open("/admin/alerts?state=open");
  const alert = page.getByRole("row").filter({ hasText: network });
  await alert.getByRole("button", { name: "Acknowledge…" }).click();
  await page.getByLabel("What became of it").fill("<img src=x onerror=alert(1)>");
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
  await gone(page);
  await page.getByLabel("State").selectOption("acknowledged");
  await page.getByRole("button", { name: "Filter" }).click();
  await alert.getByText("<img src=x onerror=alert(1)>").waitFor();
  await alert.getByRole("link", { name: "Events" }).click();
  await page.getByLabel("Address", { exact: true }).fill(network);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("row").filter({ hasText: "key_invalid" }).first().waitFor();
  assert.match(page.url(), /\/admin\/events\?type=auth_failed&address=/);

  await window.open("/admin/blocks");
  await page.getByRole("row").filter({ hasText: network }).getByRole("button").click();
  await page.getByRole("button", { name: "Lift the block" }).click();
  await said(page, "is let through again");

  await hold(window, suspect);

  await window.open("/admin/evidence");
  await page.getByLabel("Which").fill(suspect.id);
  await page.getByLabel("Why").fill("For the report");
  await page.getByRole("button", { name: "Freeze it" }).click();
  const frozen = page.getByRole("row").filter({ hasText: suspect.id.slice(0, 8) });
  const bundle = await saved(page, () => frozen.getByRole("button").click());
  assert.equal(JSON.parse(bundle).manifest.target, suspect.id);
});

browserTest(
  "an operator verifies the audit log, and exports what they filtered",
  async (window) => {
    const { page } = window;
    const { id } = await signUpAs(window, "admin");
    await window.open(`/admin/audit?resource_id=${id}`);
    const entry = page.getByRole("row").filter({ hasText: "role.assigned" });
    await entry.getByRole("button", { name: "Details of entry" }).click();
    await page.getByRole("dialog").getByText("prev hash").waitFor();
    await page.keyboard.press("Escape");
    await gone(page);
    const exported = await saved(page, () => page.getByRole("button", { name: "as CSV" }).click());
    assert.match(exported, /role\.assigned/);
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await page.getByText("The chain holds").waitFor();
    const hash = await page.getByText(/^[0-9a-f]{64}$/).innerText();
    await page.getByLabel("Number you kept").fill("1");
    await page.getByLabel("Its hash").fill(hash);
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await page.getByText("The chain is broken").waitFor();
  },
);

browserTest(
  "a runner's key is shown once and ends, and the isolation report says of each attack if it held",
  async (window) => {
    const { page } = window;
    await signUpAs(window, "admin");
    await window.open("/admin/runners");
    const name = `workshop-${crypto.randomUUID()}`;
    await page.getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Make a runner" }).click();
    const key = await page.getByRole("dialog").getByLabel("Key").inputValue();
    assert.match(key, /^cr_/);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await gone(page);
    const runner = page.getByRole("row").filter({ hasText: name });
    await runner.getByText("active").waitFor();
    assert.ok(!(await page.content()).includes(key));
    await runner.getByRole("button", { name: "Revoke…" }).click();
    await page.getByRole("button", { name: "Revoke it for good" }).click();
    await runner.getByText("revoked").waitFor();

    await page.route(
      "**/admin/sandbox/verify",
      (route) => route.continue({ postData: JSON.stringify({ programs: PROGRAMS }) }),
    );
    await window.open("/admin/sandbox");
    await page.getByText("Walls, outermost last").waitFor();
    await page.getByRole("button", { name: "Verify the sandbox" }).click();
    await page.getByText(`All ${PROGRAMS.length} held.`).waitFor();
    await window.open("/admin/health");
    await page.getByRole("row", { name: /^execute/ }).getByText("engine").waitFor();
  },
);

browserTest(
  "what an operator's page cannot do it says, and keeps what was typed",
  async (window) => {
    const { page } = window;
    await signUpAs(window, "admin");
    await window.open("/admin/policy");
    const ceiling = page.getByLabel("Ceiling, as JSON");
    await ceiling.fill("{");
    await page.getByRole("button", { name: "Set the ceiling" }).click();
    await page.getByRole("alert").getByText("This is not JSON").waitFor();
    await ceiling.fill('{ "approval_seconds": 1 }');
    await page.getByRole("button", { name: "Set the ceiling" }).click();
    await page.getByRole("alert").getByText("approval_seconds").waitFor();
    assert.equal(await ceiling.inputValue(), '{ "approval_seconds": 1 }');

    await page.route("**/admin/quarantines", async (route) => {
      if (route.request().method() !== "POST") return await route.continue();
      assert.deepEqual(route.request().postDataJSON(), {
        kind: "everything",
        target: null,
        reason: "We do not know",
      });
      await route.fulfill({ status: 409, contentType: "application/problem+json", body: STOPPED });
    });
    await window.open("/admin/incidents");
    await page.getByRole("button", { name: "Stop everything…" }).click();
    await page.getByRole("dialog").getByLabel("Why").fill("We do not know");
    await page.getByRole("button", { name: "Stop every run of everybody" }).click();
    await page.getByRole("dialog").getByText("already_quarantined").waitFor();
    assert.equal(await page.getByRole("dialog").getByLabel("Why").inputValue(), "We do not know");

    await window.open("/admin/retention");
    await page.getByRole("button", { name: "for how long runs are kept" }).click();
    await page.getByLabel("Days").fill("0");
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByRole("dialog").getByText("keep_days").first().waitFor();
  },
);

browserTest(
  "who has no such right sees no link, and a sensible page at the address",
  async (window) => {
    const { page } = window;
    await signUpAs(window, "user");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    for (const place of ["users", "audit", "incidents"]) {
      await window.open(`/admin/${place}`);
      await page.getByRole("heading", { name: "Not for your role" }).waitFor();
    }
    await window.checkAccess();
    assert.equal(await page.locator('nav a[href^="/admin/"]').count(), 0);
    assert.deepEqual(asked.filter((path) => path.startsWith("/functions/v1/admin/")), []);
  },
);

const PROGRAMS = ["c03_microtask_chain", "c13_json_round_trips"];
const STOPPED = JSON.stringify({
  title: "Already quarantined",
  status: 409,
  code: "already_quarantined",
});

/** Gives somebody another role, holds them, and lets them go. */
async function hold({ open, page }: Window, suspect: Person): Promise<void> {
  await open(`/admin/users?id=${suspect.id}`);
  await page.getByRole("button", { name: "Role… of" }).click();
  await page.getByRole("dialog").getByLabel("Role").selectOption("streamer");
  await page.getByRole("button", { name: "Set the role" }).click();
  await page.getByRole("cell", { name: "streamer", exact: true }).waitFor();
  await page.getByRole("link", { name: "Hold…" }).click();
  assert.equal(await page.getByLabel("Which").inputValue(), suspect.id);
  await page.getByLabel("Why").fill("Incident 1");
  await page.getByRole("button", { name: "Hold it" }).click();
  const held = page.getByRole("row").filter({ hasText: suspect.id.slice(0, 8) });
  await held.getByText("active").waitFor();
  assert.equal((await suspect.call("POST", "/agents", { body: {} })).status, 423);
  await held.getByRole("button", { name: "Release…" }).click();
  await page.getByLabel("What it was").fill("A mistake");
  await page.getByRole("button", { name: "Release", exact: true }).click();
  await held.getByText("A mistake").waitFor();
}

async function gone(page: Page): Promise<void> {
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

async function said(page: Page, text: string): Promise<void> {
  await page.getByRole("status").getByText(text).waitFor();
}

/** The text of what the browser saves when something is done. */
async function saved(page: Page, act: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all<[Promise<Download>, Promise<void>]>([
    page.waitForEvent("download"),
    act(),
  ]);
  return readFileSync(await download.path(), "utf8");
}
