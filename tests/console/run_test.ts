import assert from "@std/assert";
import { browserTest } from "./browser.ts";
import { callerOf } from "./caller.ts";
import { open, signUpAs } from "./role.ts";

const ENDLESS = `export default async (_: unknown, agent: AgentContext) => {
  for (let n = 0; ; n++) {
    agent.log("tick " + n);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};`;
const WRITER = `export default async (_: unknown, agent: AgentContext) => {
  await agent.files.write("out.txt", "written");
  return "done";
};`;
const HOSTILE = String.raw`export default (_: unknown, agent: AgentContext) => {
  agent.log("<img src=x onerror=alert(1)>");
  return { html: "<script>document.title='owned'</script>", turned: "\u202Egpj.exe" };
};`;

const EXPIRED = { code: "token_expired", title: "The token has expired", status: 401 };

for (const role of ["user", "streamer"] as const) {
  browserTest(
    `a ${role} follows a run through a lost network and an ended session, and cancels it`,
    async (window) => {
      const { page, context } = window;
      const account = await signUpAs(window, role);
      const caller = await callerOf(window, account);
      await caller.agents.create({ name: "endless", source: ENDLESS });
      const { id } = await caller.start("endless");
      await window.open(`/runs/${id}`);
      await page.getByText(role === "streamer" ? "Live:" : "every second").waitFor();
      await page.getByText("tick 1", { exact: true }).waitFor();
      // A stream that is open stays so for a browser that plays offline: asking does not.
      await context.setOffline(true);
      if (role === "user") await page.getByText("The connection is lost").waitFor();
      await context.setOffline(false);
      await page.getByText(/^tick 1\d$/).first().waitFor();
      await page.route(
        "**/functions/v1/**",
        (route) =>
          route.fulfill({ status: 401, contentType: "application/problem+json", json: EXPIRED }),
      );
      await page.getByRole("button", { name: "Cancel the run" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.waitFor();
      await page.unroute("**/functions/v1/**");
      await dialog.getByRole("textbox", { name: "Password" }).fill(account.password);
      await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
      await dialog.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Cancel the run" }).click();
      await page.getByText("run.cancelled").waitFor();
      await page.getByRole("heading", { name: "How it went wrong" }).waitFor();
      assert.equal(await page.getByRole("button", { name: "Cancel the run" }).count(), 0);
      const [, all] = /(\d+) events/.exec(await page.getByText(/^\d+ events$/).innerText()) ?? [];
      assert.equal((await caller.runs.events(id)).length, Number(all), "each event once");
      await page.getByRole("link", { name: "Runs" }).click();
      await page.locator(`a[href="/runs/${id}"]`).waitFor();
    },
  );
}

browserTest(
  "a call that waits is approved on the run's page, and its run goes on",
  async (window) => {
    const { page } = window;
    const caller = await callerOf(window, await window.signUp());
    const policy = { files: { access: "write", approval: "required" } } as const;
    await caller.agents.create({ name: "writer", source: WRITER, policy });
    const { id } = await caller.start("writer");
    await window.open(`/runs/${id}`);
    await page.getByRole("heading", { name: "Waiting for your word" }).waitFor();
    await window.checkAccess();
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("region", { name: "Output of the run" }).getByText('"done"').waitFor();
    const ledger = page.getByRole("region", { name: "Tool calls of this run, in their order" });
    await ledger.getByText("approved").waitFor();
    assert.match(await ledger.innerText(), /out\.txt/);
    await page.getByRole("button", { name: "Propose a policy" }).click();
    await page.getByRole("region", { name: "Proposed policy" }).getByText('"write"').waitFor();
  },
);

browserTest(
  "what an agent says is text: it neither becomes HTML nor turns the page's own",
  async (window) => {
    const { page } = window;
    const caller = await callerOf(window, await window.signUp());
    await caller.agents.create({ name: "hostile", source: HOSTILE });
    const { id } = await caller.run("hostile");
    await window.open(`/runs/${id}`);
    const output = page.getByRole("region", { name: "Output of the run" });
    await output.getByText("<script>document.title='owned'</script>").waitFor();
    await output.getByText(String.raw`\u202egpj.exe`).waitFor();
    await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.notEqual(await page.title(), "owned");
  },
);

browserTest(
  "a log of 5 MB draws the lines that are seen, and scrolls to its end",
  async (window) => {
    const { page } = window;
    const account = await signUpAs(window, "user");
    const caller = await callerOf(window, account);
    await caller.agents.create({ name: "chatty", source: "export default () => 1;" });
    const run = await caller.run("chatty");
    await using sql = open(window);
    await sql.of`
    update public.run_events set seq = 10000
    where owner_id = ${account.id} and type = 'run.succeeded'`;
    await sql.of`
    insert into public.run_events (run_id, seq, type, data, owner_id)
    select r.id, 100 + n, 'log', json_build_object('level', 'info',
      'message', 'line ' || n || ' ' || repeat('x', 1600)), r.owner_id
    from public.runs as r, generate_series(1, 3300) as n where r.owner_id = ${account.id}`;
    await window.open(`/runs/${run.id}`);
    await page.getByText(/^330\d events$/).waitFor();
    const log = page.getByRole("region", { name: "Events" });
    assert.ok(await log.getByRole("listitem").count() < 60);
    await log.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await log.getByText(/^line 3300 x+/).waitFor();
    assert.ok(await log.getByRole("listitem").count() < 60);
    await page.getByLabel("Find").fill("line 1234 ");
    await page.getByText(/^1 of 330\d events$/).waitFor();
    await log.getByRole("button", { name: /line 1234/ }).click();
    await page.getByRole("dialog").getByText(/line 1234 x+/).waitFor();
    await window.checkAccess();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  },
);

browserTest("a run that is not there, and one of somebody else, look the same", async (window) => {
  const { page } = window;
  const owner = await callerOf(window, await window.signUp("owner"));
  await owner.agents.create({ name: "mine", source: "export default () => 1;" });
  const { id } = await owner.run("mine");
  await page.getByRole("button", { name: "Sign out" }).click();
  await window.signUp("stranger");
  const said = async (path: string) => {
    await window.open(path);
    const problem = page.getByRole("alert");
    await problem.waitFor();
    return (await problem.innerText()).replaceAll(/request \S+/g, "");
  };
  assert.equal(await said(`/runs/${id}`), await said(`/runs/run_${"0".repeat(32)}`));
});
