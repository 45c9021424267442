import assert from "@std/assert";
import { join } from "node:path";
import { startStack } from "../../dev/stack.ts";
import { optionsIn, reset, startMain } from "./commands.ts";
import { isAlive, processesOf, sandboxesBelow, serversOf } from "./processes.ts";
import { query, temporaryFolder } from "./scratch.ts";

Deno.test("a second stack on the same folder is refused by name of the first's process", async () => {
  await using folder = await temporaryFolder();
  await using _first = await startStack(optionsIn(folder.path));
  await assert.rejects(startStack(optionsIn(folder.path)), {
    name: "StackError",
    message: new RegExp(`already running as process ${Deno.pid}\\b`),
  });
  const refused = await reset(join(folder.path, "state"));
  assert.deepEqual([refused.code, refused.text.includes("already running")], [1, true]);
});

Deno.test("a port that is taken is said to be", async () => {
  await using folder = await temporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await assert.rejects(startStack({ ...optionsIn(folder.path), port }), {
    name: "StackError",
    message: new RegExp(`^Port ${port} is busy`),
  });
});

Deno.test("after stop() no process, port or lock is left", async () => {
  await using folder = await temporaryFolder();
  const stack = await startStack(optionsIn(folder.path));
  assert.notDeepEqual(await processesOf(folder.path), []);
  await stack.stop();
  await stack.stop();
  assert.deepEqual(await processesOf(folder.path), []);
  for (const address of [stack.url, stack.databaseUrl]) {
    const port = Number(new URL(address).port);
    await assert.rejects(
      Deno.connect({ hostname: "127.0.0.1", port }),
      Deno.errors.ConnectionRefused,
    );
  }
  await (await startStack(optionsIn(folder.path))).stop();
});

Deno.test("a temporary stack leaves no file behind", async () => {
  await using folder = await temporaryFolder();
  const stack = await startStack({ ...optionsIn(folder.path), temporary: true });
  const [row] = await query(stack.adminUrl, "select current_setting('data_directory') as place");
  await stack.stop();
  await assert.rejects(Deno.stat(join(Object(row).place, "../..")), Deno.errors.NotFound);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`main ends cleanly on ${signal}`, async () => {
    await using folder = await temporaryFolder();
    await using main = await startMain(folder.path);
    main.child.kill(signal);
    assert.equal((await main.child.status).code, 0);
    assert.deepEqual(await processesOf(folder.path), []);
  });
}

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test({
    name: `no sandbox outlives a stack that is ended by ${signal}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using folder = await temporaryFolder();
      await using main = await startMain(folder.path, { CLOISTER_ENGINE: "process" });
      let started: number[] = [];
      while (started.length === 0) started = await sandboxesBelow(main.child.pid);
      main.child.kill(signal);
      await main.child.status;
      while (started.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  });
}

Deno.test("the lines that main prints to be pasted take one from nothing to a run", async () => {
  await using folder = await temporaryFolder();
  await using main = await startMain(folder.path);
  const lines = main.printed.split("\n").filter((line) => /^ +(TOKEN=\$\()?curl /.test(line));
  assert.equal(lines.length, 3);
  const { stdout } = await new Deno.Command("sh", { args: ["-c", lines.join("\n")] }).output();
  assert.match(
    new TextDecoder().decode(stdout),
    /"status":"succeeded".*"output":\{"hello":"Ada"\}/,
  );
});

Deno.test("after SIGKILL the next start finds every committed row, and no Postgres is left over", async () => {
  await using folder = await temporaryFolder();
  {
    await using main = await startMain(folder.path);
    const database = /postgresql:\S+/.exec(main.printed)?.[0] ?? "";
    await query(database, "create table public.rows as select generate_series(1, 1000) as n");
    main.child.kill("SIGKILL");
    await main.child.status;
  }
  await using main = await startMain(folder.path);
  const database = /postgresql:\S+/.exec(main.printed)?.[0] ?? "";
  const [row] = await query(database, "select count(*)::int as count from public.rows");
  assert.equal(Object(row).count, 1000);
  assert.equal((await serversOf(folder.path)).length, 1);
});

Deno.test("a Postgres that is killed is started again with what was committed; till then it is 503", async () => {
  await using folder = await temporaryFolder();
  await using stack = await startStack(optionsIn(folder.path));
  await query(
    stack.databaseUrl,
    `create table public.rows (n int);
     insert into public.rows select generate_series(1, 100);
     create function public.count_rows() returns int language sql security definer
       as 'select count(*)::int from public.rows';
     grant execute on function public.count_rows to anon;`,
  );
  const count = () =>
    fetch(`${stack.url}/rest/v1/rpc/count_rows`, {
      method: "POST",
      headers: { apikey: stack.publishableKey, "content-type": "application/json" },
      body: "{}",
    });
  assert.equal(await (await count()).json(), 100);
  const [before = ""] = await serversOf(folder.path);
  Deno.kill(Number.parseInt(before), "SIGKILL");
  for (let seen = "503"; seen !== "200 100";) {
    const answer = await count();
    seen = `${answer.status} ${await answer.text()}`;
    assert.match(seen, /^(?:200 100|503 .*"PGRST001".*)$/);
  }
  const after = await serversOf(folder.path);
  assert.deepEqual([after.length, after.includes(before)], [1, false]);
});

Deno.test("a Postgres that outlived its stack and its guard is ended by the next start", async () => {
  await using folder = await temporaryFolder();
  const main = await startMain(folder.path);
  const guards = (await processesOf(folder.path)).filter((line) => line.includes("guard"));
  for (const line of guards) Deno.kill(Number.parseInt(line), "SIGKILL");
  main.child.kill("SIGKILL");
  await main[Symbol.asyncDispose]();
  assert.equal((await serversOf(folder.path)).length, 1, "the orphan");
  await using _stack = await startStack({
    ...optionsIn(folder.path),
    dir: join(folder.path, "state"),
  });
  assert.equal((await serversOf(folder.path)).length, 1);
});
