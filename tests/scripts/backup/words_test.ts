import assert from "@std/assert";
import postgres from "postgres";
import { BackupError } from "../../../scripts/backup/format.ts";
import { Restorer } from "../../../scripts/backup/objects.ts";
import { readOptions } from "../../../scripts/backup/options.ts";
import { dumpPerson } from "../../../scripts/backup/person.ts";
import { createObjectStore } from "../../../supabase/functions/_shared/storage.ts";
import { startStorage } from "../../fakes/storage.ts";

const CONTENT = new Uint8Array([1, 2, 3]);

Deno.test("a restore that was killed after contents went up can be made again", async () => {
  await using storage = startStorage("files", "secret");
  const store = createObjectStore({ supabaseUrl: storage.url, secretKey: "secret" }, "files");
  const [killed, fresh] = [crypto.randomUUID(), crypto.randomUUID()];
  await store.put(killed, CONTENT);
  const put = (restorer: Restorer, id: string, bytes = CONTENT) =>
    restorer.put({ name: `objects/${id}`, bytes });
  {
    await using failing = new Restorer(store);
    await put(failing, killed);
    await put(failing, fresh);
    await assert.rejects(put(failing, killed, new Uint8Array([4])), /Storage did not take/);
  }
  assert.deepEqual([...storage.objects.keys()], [killed], "what it found there stays");
  {
    await using again = new Restorer(store);
    await put(again, killed);
    await put(again, fresh);
    again.keep();
  }
  assert.deepEqual([...storage.objects.keys()], [killed, fresh]);
});

Deno.test("what is malformed is told in a sentence", async () => {
  const sql = postgres("postgresql://127.0.0.1:1/none");
  const nowhere = { objects: undefined, write: () => Promise.resolve() };
  const attempts: [RegExp, () => Promise<unknown>][] = [
    [/no id of a user/, () => dumpPerson(sql, { user: "ann", ...nowhere })],
    [/none of a content/, () => {
      const objects = createObjectStore({ supabaseUrl: "http://127.0.0.1:1", secretKey: "x" }, "b");
      return new Restorer(objects).put({ name: "objects/../x", bytes: CONTENT });
    }],
    [
      /takes the SHA-256/,
      () => readOptions(["a", "--check", "--recipient", "x", "--expect", "ab"]),
    ],
  ];
  for (const [reason, attempt] of attempts) {
    const error = await attempt().then(() => assert.fail("done"), (error: unknown) => error);
    assert.ok(error instanceof BackupError, `${error}`);
    assert.match(error.message, reason);
  }
});

Deno.test("the database's password is no argument, which every process could read", async () => {
  const said = ["--recipient", "x", "--database-url", "postgresql://postgres:secret@db/postgres"];
  await assert.rejects(readOptions(said), /Unknown option|database-url/);
});
