import assert from "@std/assert";
import { createScratch, OWNER } from "../../scripts/database/scratch.ts";
import { openServer } from "../../scripts/database/server.ts";
import { readTapFiles, runTapFile } from "../../scripts/database/tap.ts";
import { PGMQ } from "./pgmq.ts";

Deno.test("a queue that pgmq keeps holds every promise of the one in a table", async () => {
  await using server = await openServer();
  await using scratch = await createScratch(server.adminUrl);
  const sql = await scratch.connect(1).reserve();
  await sql.unsafe(`set role ${OWNER}; ${PGMQ}; select app.use_pgmq(); reset role`);
  for (const file of await readTapFiles(["queue", "dead_letters"])) {
    await sql.unsafe("begin");
    const { failed, passed, fault, lines } = await runTapFile(sql, file);
    await sql.unsafe("rollback");
    assert.deepEqual([failed, fault], [0, undefined], lines.join("\n"));
    assert.ok(passed > 0);
  }
  sql.release();
});

Deno.test("what waits in the table is taken along when pgmq comes", async () => {
  await using server = await openServer();
  await using scratch = await createScratch(server.adminUrl);
  const sql = scratch.connect(1);
  const owner = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${owner})`;
  await sql`select app.queue_put(app.uuid7(), ${owner}, now()) from generate_series(1, 3)`;
  await sql.unsafe(PGMQ);
  await sql`select app.use_pgmq()`;
  const [there] = await sql`
    select (select count(*)::int from app.run_queue) as table_rows, count(*)::int as messages
    from pgmq.q_cloister_runs
  `;
  assert.deepEqual({ ...there }, { table_rows: 0, messages: 3 });
  assert.ok((await sql`select app.queue_take(${owner}, '1 minute') as run`)[0]?.run);
});
