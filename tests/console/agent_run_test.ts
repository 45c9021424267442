import assert from "@std/assert";
import { ofAccount } from "./account.ts";
import { browserTest } from "./browser.ts";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, description: "Who is greeted" },
    times: { type: "integer", minimum: 1, maximum: 3, default: 1 },
    tags: { type: "array", items: { type: "string" } },
    loud: { type: "boolean" },
    constructor: { type: "string" },
  },
  required: ["name"],
  additionalProperties: false,
};
/** A thousand million numbers. */
const BIG = [1, 2, 3].reduce<object>(
  (items) => ({ type: "array", minItems: 1_000, items }),
  { type: "number" },
);
const ECHO = `export default (input, agent) => {
  agent.log("<img src=x onerror=alert(1)>");
  return { got: input };
}`;
const ASKING = `export default async (input, agent) => {
  await agent.files.write("a.txt", "yes");
  for (;;) await new Promise((done) => setTimeout(done, 50));
}`;
const ASKS = { files: { access: "write", approval: "required" } };

browserTest(
  "a run is given what its schema asks for, is watched, answered and cancelled",
  async (window) => {
    const { page } = window;
    const { call } = await ofAccount(await window.signUp());
    const language = "javascript";
    const echo = { name: "echo", source: ECHO, language, input_schema: SCHEMA };
    await call("POST", "/agents", { body: echo });
    await call("POST", "/agents", {
      body: { name: "asks", source: ASKING, language, policy: ASKS },
    });

    await call("POST", "/agents", {
      body: { name: "big", source: ECHO, language, input_schema: BIG },
    });

    await window.open("/agents");
    await page.getByRole("link", { name: "asks" }).waitFor();
    let asked = 0;
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/functions/v1/agents") asked++;
    });
    await page.getByLabel("Search", { exact: true }).pressSequentially("ECHO");
    await page.getByRole("link", { name: "asks" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "echo" }).waitFor();
    assert.equal(asked, 1, "the account's agents are read once, not for each key press");
    await window.open("/agents/big/run");
    assert.equal(await page.getByLabel("Input", { exact: true }).inputValue(), "null");
    await window.open("/agents/echo/run");
    const run = page.getByRole("button", { name: "Run", exact: true });
    await page.getByLabel("Times").fill("9");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("Tags").fill("a\nb\n");
    await page.getByLabel("Loud").selectOption("yes");
    await run.click();
    await page.getByText("is more than 3").first().waitFor();
    await window.checkAccess();
    await page.getByLabel("Times").fill("2");
    await run.click();
    const status = page.getByRole("status");
    await status.filter({ hasText: "succeeded" }).waitFor();
    await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
    const output = page.getByLabel("Output of the run");
    const got = { name: "Ada", times: 2, tags: ["a", "b"], loud: true };
    assert.deepEqual(JSON.parse(await output.innerText()), { got });
    await page.reload();
    assert.equal(await page.getByLabel("Name").inputValue(), "Ada");
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("cell", { name: "succeeded" }).waitFor();

    await window.open("/agents/asks/run");
    await run.click();
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("tool.result").waitFor();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await status.filter({ hasText: "cancelled" }).waitFor();
  },
);
