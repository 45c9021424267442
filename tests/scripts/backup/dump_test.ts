import assert from "@std/assert";
import type { TransactionSql } from "postgres";
import { dump } from "../../../scripts/backup/dump.ts";
import { inspect, load } from "../../../scripts/backup/load.ts";
import { openServer } from "../../../scripts/database/server.ts";
import { startStorage } from "../../fakes/storage.ts";
import { createObjectStore } from "../../../supabase/functions/_shared/storage.ts";
import { backUp, newKey, newPlace, type Place, restore } from "./rig.ts";

/** How large the table is that must not lie in memory. The proof is made with more. */
const MEGABYTES = Number(Deno.env.get("CLOISTER_BACKUP_MB") ?? 16);
const ANN = "00000000-0000-4000-8000-000000616e6e";

/** One change that two tables tell of: an agent, and the entry about it. */
async function createAgent(sql: TransactionSql, name: string): Promise<void> {
  await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: ANN })}, true)`;
  await sql`select public.create_agent(${name}, '', 'x', 'javascript')`;
}

async function count({ sql }: Place): Promise<{ agents: number; entries: number }> {
  const [row] = await sql<{ agents: number; entries: number }[]>`
    select (select count(*)::int from public.agents) as agents,
      (select count(*)::int from public.audit_log where action = 'agent.created') as entries
  `;
  assert.ok(row);
  return { ...row };
}

Deno.test("a backup that is made while others write is of one moment", async () => {
  await using server = await openServer();
  await using from = await newPlace(server.adminUrl);
  await using to = await newPlace(server.adminUrl);
  await from.sql`insert into auth.users (id) values (${ANN})`;
  const writer = from.scratch.connect(1);
  let made = 0;
  const write = async () => {
    await writer.begin((sql) => createAgent(sql, `agent-${made}`));
    made++;
  };
  await write();
  const key = await newKey();
  let [bytes, before] = [new Uint8Array(), 0];
  await dump(from.sql, {
    key,
    write: async (stream) => {
      before = made;
      // The moment is over, and the first byte is not read yet.
      while (made < before + 5) await write();
      bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    },
  });
  await restore(to.sql, key, bytes);
  assert.deepEqual(await count(to), { agents: before, entries: before });
  assert.deepEqual(await count(from), { agents: made, entries: made });
});

Deno.test("a table lies in memory a piece at a time, on the way out and on the way in", async () => {
  await using server = await openServer();
  await using from = await newPlace(server.adminUrl);
  await using to = await newPlace(server.adminUrl);
  for (const { sql } of [from, to]) await sql`create table public.large (id int, said text)`;
  await from.sql`
    insert into public.large
    select n, repeat(md5(n::text), 320) from generate_series(1, ${MEGABYTES * 100}) as n
  `;
  const [key, file] = [await newKey(), await Deno.makeTempFile()];
  const peak = watchMemory();
  const dumped = await dump(from.sql, {
    key,
    write: async (stream) => await Deno.writeFile(file, stream.pipeThrough(peak.through())),
  });
  assert.equal(dumped.rows["public.large"], MEGABYTES * 100);
  const { size } = await Deno.stat(file);
  assert.ok(size > MEGABYTES * 1_000_000, `${size} bytes`);
  const open = async () => (await Deno.open(file)).readable.pipeThrough(peak.through());
  await (MEGABYTES > 16 ? load(to.sql, { key, open }) : inspect({ key, open }));
  console.log(`${MEGABYTES} MB: ${peak.megabytes()} MB more at the most`);
  assert.ok(peak.megabytes() < 256, `${peak.megabytes()} MB more than before`);
  await Deno.remove(file);
});

/** How much more memory the process has than at the beginning, at the most. */
function watchMemory() {
  const start = Deno.memoryUsage().rss;
  let most = start;
  return {
    megabytes: () => Math.round((most - start) / 1e6),
    through: () =>
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          most = Math.max(most, Deno.memoryUsage().rss);
          controller.enqueue(chunk);
        },
      }),
  };
}

Deno.test("what lies in Storage is in the backup, and is put back unless the restore fails", async () => {
  await using server = await openServer();
  await using from = await newPlace(server.adminUrl);
  await using to = await newPlace(server.adminUrl);
  await using there = startStorage("files", "secret");
  await using here = startStorage("files", "secret");
  const open = (url: string) =>
    createObjectStore({ supabaseUrl: url, secretKey: "secret" }, "files");
  const [source, target] = [open(there.url), open(here.url)];
  await from.sql`insert into auth.users (id) values (${ANN})`;
  await from.sql.begin((sql) => createAgent(sql, "hello"));
  const ids = await from.sql<{ id: string }[]>`
    insert into app.file_objects (owner_id, bytes) select ${ANN}, 3 from generate_series(1, 2)
    returning id
  `;
  const [kept, gone] = ids.map(({ id }) => id);
  assert.ok(kept && gone);
  for (const id of [kept, gone]) {
    await from.sql`
      insert into public.files (owner_id, agent_id, path, bytes, type, sha256, object_id)
      select owner_id, id, ${id}, 3, 'text/plain', ${"0".repeat(64)}, ${id} from public.agents
    `;
  }
  await source.put(kept, new Uint8Array([1, 2, 3]));
  const key = await newKey();
  const { bytes, dumped } = await backUp(from.sql, key, source);
  assert.deepEqual(dumped.missingObjects, [gone]);
  await assert.rejects(restore(to.sql, key, bytes), /files that lie in Storage/);
  await to.sql`alter table public.agents add constraint none check (name <> 'hello')`;
  await assert.rejects(restore(to.sql, key, bytes, target), /Postgres refuses/);
  assert.equal(here.objects.size, 0);
  await to.sql`alter table public.agents drop constraint none`;
  const { manifest } = await restore(to.sql, key, bytes, target);
  assert.deepEqual(manifest.missing_objects, [gone]);
  assert.deepEqual([...here.objects], [[kept, new Uint8Array([1, 2, 3])]]);
});
