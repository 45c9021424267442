import assert from "@std/assert";
import { inRollback, useScratch } from "./database.ts";
import { fillTables } from "./cast.ts";
import { FUNCTIONS, GRANTS, readFunctions, readGrants } from "./grants.ts";
import { probe, readTables, TABLES } from "./matrix.ts";

const scratch = useScratch();

Deno.test("every table of the catalogue has a row in the matrix, and every row a table", async () => {
  const found = await inRollback(scratch(), readTables);
  assert.deepEqual([...found.keys()].sort(), Object.keys(TABLES).sort());
});

Deno.test("everybody can do to every table exactly what the matrix says", async () => {
  await inRollback(scratch(), async (sql) => {
    await fillTables(sql);
    for (const [name, table] of await readTables(sql)) {
      assert.deepEqual(await probe(sql, table), TABLES[name], name);
    }
  });
});

Deno.test("everybody holds exactly the rights on tables that the matrix says", async () => {
  assert.deepEqual(await inRollback(scratch(), readGrants), GRANTS);
});

Deno.test("everybody may execute exactly the functions that the matrix says", async () => {
  assert.deepEqual(await inRollback(scratch(), readFunctions), FUNCTIONS);
});

Deno.test("no right is granted on a single column", async () => {
  const granted = await inRollback(scratch(), (sql) =>
    sql`
      select a.attrelid::regclass, a.attname from pg_attribute as a
      join pg_class as c on c.oid = a.attrelid
      where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace) and a.attacl is not null
    `);
  assert.deepEqual([...granted], []);
});

Deno.test("of the API's roles only authenticated reaches the schema app", async () => {
  const [rights] = await inRollback(scratch(), (sql) =>
    sql`
      select has_schema_privilege('anon', 'app', 'usage') as anon,
        has_schema_privilege('authenticated', 'app', 'usage') as authenticated,
        has_schema_privilege('authenticated', 'app', 'create') as creates,
        has_schema_privilege('service_role', 'app', 'usage') as service_role
    `);
  assert.deepEqual({ ...rights }, {
    anon: false,
    authenticated: true,
    creates: false,
    service_role: false,
  });
});
