import assert from "@std/assert";
import { join } from "node:path";
import { startStack } from "../../dev/stack.ts";
import { optionsIn, reset } from "./commands.ts";
import { client, query, temporaryFolder, write } from "./scratch.ts";

const NOTES = "create table public.notes (text text); grant select on public.notes to anon;";

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
  assert.equal(second.env.SUPABASE_SECRET_KEYS, first.env.SUPABASE_SECRET_KEYS);
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

Deno.test("reset deletes the state of a stack that is not running, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const dir = join(folder.path, "state");
  await (await startStack(optionsIn(folder.path))).stop();
  assert.equal((await reset(dir)).code, 0);
  await assert.rejects(Deno.stat(dir), Deno.errors.NotFound);
  await write(folder.path, { "mine/precious.txt": "" });
  const refused = await reset(join(folder.path, "mine"));
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
    assert.equal((await reset(join(folder.path, "state"))).code, 0);
    await assert.rejects(Deno.stat(place), Deno.errors.NotFound);
  },
});
