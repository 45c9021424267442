import assert from "@std/assert";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { createObjectStore } from "../../../../supabase/functions/_shared/storage.ts";
import { createKeeping } from "../../../../supabase/functions/_shared/workspace/keeping.ts";
import { becomeQuiet } from "../../../background.ts";
import { type FakeStorage, startStorage } from "../../../fakes/storage.ts";
import { person, testStack } from "../../../stack.ts";
import { agentOf, filesWith, kept, told } from "../../agents/files_rig.ts";
import { onEveryEngine, outputOf } from "../../tools/rig.ts";
import { ATTEMPT, filesTools } from "../../tools/files/rig.ts";

const LARGE = new Uint8Array(2_000).fill(65);

/** A keeping that puts everything from 1,000 bytes on into a storage of its own. */
function storedIn(storage: FakeStorage) {
  const env = { ...readEnv(testStack().env), supabaseUrl: storage.url };
  return createKeeping({ objects: createObjectStore(env, "files"), largeBytes: 1_000 });
}

function start(): FakeStorage {
  return startStorage("files", testStack().secretKey);
}

Deno.test("large files lie in Storage, small ones in the database, and nobody can tell", async () => {
  await using storage = start();
  const ann = await person("ann");
  const ask = filesWith(ann, await agentOf(ann), storedIn(storage));
  await kept(await ask("PUT", "/small.txt", { body: "small" }));
  assert.equal(storage.objects.size, 0);
  const large = await kept(await ask("PUT", "/large.txt", { body: LARGE }));
  assert.equal(large.size, LARGE.length);
  assert.deepEqual([...storage.objects.values()], [LARGE]);
  const response = await ask("GET", "/large.txt");
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), LARGE);
  const { data } = await ann.supabase.from("files").select("content").eq("path", "large.txt");
  assert.deepEqual(data, [{ content: null }]);
});

Deno.test("what a replaced or removed file had in Storage is removed there, too", async () => {
  await using storage = start();
  const ann = await person("ann");
  const ask = filesWith(ann, await agentOf(ann), storedIn(storage));
  await kept(await ask("PUT", "/a.txt", { body: LARGE }));
  await kept(await ask("PUT", "/a.txt", { body: new Uint8Array(3_000).fill(66) }));
  await becomeQuiet();
  assert.deepEqual([...storage.objects.values()].map(({ length }) => length), [3_000]);
  assert.equal((await ask("DELETE", "/a.txt")).status, 204);
  await becomeQuiet();
  assert.equal(storage.objects.size, 0);
});

Deno.test("an upload that the database refuses leaves nothing in Storage", async () => {
  await using storage = start();
  const ann = await person("ann");
  const ask = filesWith(ann, await agentOf(ann), storedIn(storage));
  await kept(await ask("PUT", "/a", { body: "x" }));
  assert.equal(await told(await ask("PUT", "/a/b", { body: LARGE })), "409 file_conflict");
  assert.equal(storage.objects.size, 0);
});

Deno.test("a storage that is down is an outage, and nothing is half written", async () => {
  await using storage = start();
  const ann = await person("ann");
  const ask = filesWith(ann, await agentOf(ann), storedIn(storage));
  await kept(await ask("PUT", "/a.txt", { body: LARGE }));
  storage.fail(true);
  assert.equal(await told(await ask("GET", "/a.txt")), "503 storage_unavailable");
  assert.equal(await told(await ask("PUT", "/a.txt", { body: LARGE })), "503 storage_unavailable");
  storage.fail(false);
  assert.equal((await (await ask("GET", "/a.txt")).arrayBuffer()).byteLength, LARGE.length);
});

{
  const storage: { now: FakeStorage | undefined } = { now: undefined };
  const tools = () => filesTools(storedIn(storage.now ??= start()));
  onEveryEngine(
    "a program's large files lie in Storage, and go with its scratch area",
    tools,
    async (rig) => {
      await using here = storage.now ?? assert.fail("it is started with the tools");
      storage.now = undefined;
      const outcome = await rig.run({
        policy: { files: {} },
        source: `${ATTEMPT}
      export default async (_, { files }) => {
        await files.write("scratch/a.txt", "a".repeat(2000));
        await files.append("scratch/a.txt", "b".repeat(2000));
        await files.write("b.txt", "c".repeat(1500));
        return [
          (await files.read("scratch/a.txt")).length,
          (await files.read("b.txt")).length,
          await attempt(() => files.write("b.txt/c", "d".repeat(2000))),
        ];
      };`,
      });
      assert.deepEqual(outputOf(outcome), [4_000, 1_500, "ToolError conflict"]);
      const name = await agentOf(rig.owner);
      const ask = filesWith(rig.owner, name, storedIn(here));
      await kept(await ask("PUT", "/another.txt", { body: "small" }));
      await becomeQuiet();
      assert.deepEqual([...here.objects.values()].map(({ length }) => length), [1_500]);
    },
  );
}
