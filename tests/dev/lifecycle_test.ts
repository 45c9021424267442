import assert from "@std/assert";
import { join } from "node:path";
import { startStack } from "../../dev/stack.ts";
import { client, query, scratchStack, temporaryFolder, write } from "./scratch.ts";

const NOTES = "create table public.notes (text text); grant select on public.notes to anon;";
const MAIN = new URL("../../dev/main.ts", import.meta.url).pathname;
const RESET = new URL("../../dev/reset.ts", import.meta.url).pathname;

Deno.test("the database owner is no superuser, and owns what migrations make, as on hosted projects", async () => {
  await using scratch = await scratchStack({ "migrations/20260101000000_notes.sql": NOTES });
  const [row] = await query(
    scratch.stack.databaseUrl,
    `select rolsuper, rolcreaterole, rolbypassrls, tableowner from pg_roles, pg_tables
     where rolname = current_user and tablename = 'notes'`,
  );
  assert.deepEqual({ ...Object(row) }, {
    rolsuper: false,
    rolcreaterole: true,
    rolbypassrls: true,
    tableowner: "postgres",
  });
});

Deno.test("a new table is not exposed until a migration grants it", async () => {
  await using scratch = await scratchStack({
    "migrations/20260101000000_two.sql": `${NOTES} create table public.hidden (text text);`,
  });
  const anonymous = client(scratch.stack);
  assert.deepEqual((await anonymous.from("notes").select()).data, []);
  for (const supabase of [anonymous, client(scratch.stack, scratch.stack.secretKey)]) {
    assert.equal((await supabase.from("hidden").select()).error?.code, "42501");
  }
});

Deno.test("Postgres listens on 127.0.0.1 alone and wants a password", async () => {
  await using scratch = await scratchStack({});
  const [{ addresses, sockets, rules }] = (await query(
    scratch.stack.adminUrl,
    `select current_setting('listen_addresses') as addresses,
       current_setting('unix_socket_directories') as sockets,
       (select array_agg(distinct auth_method) from pg_hba_file_rules) as rules`,
  )).map(Object);
  assert.deepEqual({ addresses, sockets, rules }, {
    addresses: "127.0.0.1",
    sockets: "",
    rules: ["scram-sha-256"],
  });
  const guess = new URL(scratch.stack.adminUrl);
  guess.password = "postgres";
  await assert.rejects(query(guess.href, "select 1"), { code: "28P01" });
});

Deno.test("data, keys and accounts survive a restart; migrations are applied once", async () => {
  await using folder = await temporaryFolder();
  await write(folder.path, { "migrations/20260101000000_notes.sql": NOTES });
  const options = optionsIn(folder.path);
  const first = await startStack(options);
  await query(first.databaseUrl, "insert into public.notes values ('kept')");
  await first.stop();
  await write(folder.path, {
    "migrations/20260102000000_more.sql": "alter table public.notes add n int;",
  });
  await using second = await startStack(options);
  assert.deepEqual((await client(second).from("notes").select()).data, [{ text: "kept", n: null }]);
  assert.deepEqual(
    [second.publishableKey, second.secretKey, second.signingKey],
    [first.publishableKey, first.secretKey, first.signingKey],
  );
  const history = await query(
    second.databaseUrl,
    "select version, name from supabase_migrations.schema_migrations order by version",
  );
  assert.deepEqual(history.map((row) => ({ ...Object(row) })), [
    { version: "20260101000000", name: "notes" },
    { version: "20260102000000", name: "more" },
  ]);
});

Deno.test("a migration that fails leaves nothing behind and names its file and line", async () => {
  await using folder = await temporaryFolder();
  await write(folder.path, {
    "migrations/20260101000000_broken.sql": "create table public.half ();\n\nselect nothing_there;",
  });
  await assert.rejects(startStack(optionsIn(folder.path)), {
    name: "StackError",
    message: /^Migration 20260101000000_broken\.sql:3: .*nothing_there/,
  });
  await write(folder.path, {
    "migrations/20260101000000_broken.sql": "create table public.half ();",
  });
  await (await startStack(optionsIn(folder.path))).stop();
});

Deno.test("a migration that was changed after it was applied is refused, a new layout is not", async () => {
  await using folder = await temporaryFolder();
  await write(folder.path, { "migrations/20260101000000_notes.sql": NOTES });
  await (await startStack(optionsIn(folder.path))).stop();
  await write(folder.path, { "migrations/20260101000000_notes.sql": NOTES.replaceAll(";", ";\n") });
  await (await startStack(optionsIn(folder.path))).stop();
  await write(folder.path, {
    "migrations/20260101000000_notes.sql": NOTES.replace("text text", "n int"),
  });
  await assert.rejects(startStack(optionsIn(folder.path)), /was changed .*deno task reset/s);
});

Deno.test("a second stack on the same folder is refused by name of the first's process", async () => {
  await using folder = await temporaryFolder();
  await using _first = await startStack(optionsIn(folder.path));
  await assert.rejects(startStack(optionsIn(folder.path)), {
    name: "StackError",
    message: new RegExp(`already running as process ${Deno.pid}\\b`),
  });
  const reset = await run(RESET, "--dir", join(folder.path, "state"));
  assert.deepEqual([reset.code, reset.text.includes("already running")], [1, true]);
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

Deno.test("reset deletes the state of a stack that is not running, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const dir = join(folder.path, "state");
  await (await startStack(optionsIn(folder.path))).stop();
  assert.equal((await run(RESET, "--dir", dir)).code, 0);
  await assert.rejects(Deno.stat(dir), Deno.errors.NotFound);
  await write(folder.path, { "mine/precious.txt": "" });
  const refused = await run(RESET, "--dir", join(folder.path, "mine"));
  assert.deepEqual([refused.code, refused.text.includes("nothing was deleted")], [1, true]);
  await Deno.stat(join(folder.path, "mine/precious.txt"));
});

Deno.test({
  name: "a state folder that Postgres' account cannot enter works too: the data lies in /var/tmp",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using folder = await temporaryFolder();
    await Deno.chmod(folder.path, 0o700);
    const stack = await startStack(optionsIn(folder.path));
    const [row] = await query(stack.adminUrl, "select current_setting('data_directory') as place");
    const place = String(Object(row).place);
    assert.match(place, /^\/var\/tmp\/cloister-[0-9a-f]{16}-postgres\/data$/);
    const { mode } = await Deno.stat(join(place, ".."));
    assert.equal((mode ?? 0) & 0o777, 0o700);
    await stack.stop();
    assert.equal((await run(RESET, "--dir", join(folder.path, "state"))).code, 0);
    await assert.rejects(Deno.stat(place), Deno.errors.NotFound);
  },
});

function optionsIn(path: string) {
  return {
    dir: join(path, "state"),
    port: 0,
    functions: false,
    migrationsDir: join(path, "migrations"),
  };
}

/** Starts `deno task start` with its state below `path` and waits until it has printed its addresses. */
async function startMain(path: string, env: Record<string, string> = {}) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "--port", "0", "--dir", join(path, "state")],
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  let printed = "";
  while (!printed.includes("curl")) {
    const { value } = await reader.read();
    if (value === undefined) throw new Error(`main ended: ${printed}`);
    printed += new TextDecoder().decode(value);
  }
  return {
    child,
    printed,
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      try {
        child.kill("SIGTERM");
      } catch { /* it has ended already */ }
      await child.status;
    },
  };
}

async function run(script: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
  }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** The sandbox processes of a stack: its own children and theirs. */
async function sandboxesBelow(parent: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  const all = new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [pid, ppid] = line.trim().split(/ +/).map(Number);
    return { pid: pid ?? 0, ppid: ppid ?? 0, isSandbox: line.includes("/child") };
  });
  const below = (pid: number): typeof all =>
    all.filter(({ ppid }) => ppid === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(parent).filter(({ isSandbox }) => isSandbox).map(({ pid }) => pid);
}

function isAlive(pid: number): boolean {
  try {
    return !Deno.readTextFileSync(`/proc/${pid}/stat`).includes(") Z ");
  } catch {
    return false;
  }
}

/** The Postgres servers among them. */
async function serversOf(path: string): Promise<string[]> {
  return (await processesOf(path)).filter((line) => /^ *\d+ \S*\/bin\/postgres -D/.test(line));
}

/** The processes that name a path, as `ps` lists them. */
async function processesOf(path: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,args="] }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(join(path, "state", "postgres")));
}
