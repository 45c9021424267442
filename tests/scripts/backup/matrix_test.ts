import assert from "@std/assert";
import { LEFT_OUT } from "../../../scripts/backup/catalog.ts";
import { openServer } from "../../../scripts/database/server.ts";
import { fillTables } from "../../database/cast.ts";
import { inRollback } from "../../database/database.ts";
import { probe, readTables, TABLES } from "../../database/matrix.ts";
import { backUp, digest, newKey, newPlace, type Place, restore } from "./rig.ts";

Deno.test("after a restore everybody can do to every table exactly what the matrix says", async () => {
  await using server = await openServer();
  await using from = await newPlace(server.adminUrl);
  await using to = await newPlace(server.adminUrl);
  await from.scratch.connect(1).begin(fillTables);
  const key = await newKey();
  const { bytes, dumped } = await backUp(from.sql, key);
  const { manifest } = await restore(to.sql, key, bytes);
  assert.deepEqual(manifest.rows, dumped.rows);
  const kept = async ({ sql }: Place) =>
    Object.entries(await digest(sql)).filter(([name]) => !(name in LEFT_OUT));
  assert.deepEqual(await kept(to), await kept(from), "every row is what it was, in partitions too");
  const queued = ({ sql }: Place) => sql`select run_id from app.run_queue order by run_id`;
  assert.deepEqual([...await queued(to)], [...await queued(from)], "what was queued is queued");
  await inRollback(to.scratch, async (sql) => {
    for (const [name, table] of await readTables(sql)) {
      if (name in TABLES) assert.deepEqual(await probe(sql, table), TABLES[name], name);
    }
  });
});

Deno.test("after a restore the audit chain goes on from the same head", async () => {
  await using server = await openServer();
  await using from = await newPlace(server.adminUrl);
  await using to = await newPlace(server.adminUrl);
  await from.scratch.connect(1).begin(fillTables);
  const key = await newKey();
  const { bytes, dumped } = await backUp(from.sql, key);
  await restore(to.sql, key, bytes);
  const { seq, hash } = dumped.header.audit;
  const check = async () => {
    const [row] = await to.sql`select app.check_audit_chain(1, ${seq}::bigint, ${hash}) as verdict`;
    return row?.verdict;
  };
  const before = await check();
  assert.deepEqual([before.ok, before.head_hash], [true, hash]);
  await to.sql`update public.agents set description = 'triggers fire again' where name = 'news'`;
  const after = await check();
  assert.deepEqual([after.ok, after.head_seq], [true, before.head_seq + 1]);
});
