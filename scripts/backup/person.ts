/** What a project knows about one person, for whom it is asked by mail: the operator's own copy. */
import { Buffer } from "node:buffer";
import { makeZip } from "client-zip";
import type { Sql, TransactionSql } from "postgres";
import * as z from "zod";
import { BackupError } from "./format.ts";
import type { Objects } from "./objects.ts";

const PAGE = 200;
const Row = z.object({ said: z.string(), place: z.record(z.string(), z.json()) });
const Files = z.array(z.object({
  name: z.string(),
  content: z.instanceof(Buffer).nullable(),
  object: z.uuid().nullable(),
}));

/**
 * A ZIP of all that is known about a user, as it was at one moment: for each section a file with one
 * JSON object a line, and their files as they are. `write` takes it while it is made.
 */
export async function dumpPerson(
  sql: Sql,
  { user, objects, write }: {
    user: string;
    objects: Objects | undefined;
    write(archive: ReadableStream<Uint8Array>): Promise<void>;
  },
): Promise<void> {
  const { data: id } = z.guid().safeParse(user);
  if (id === undefined) throw new BackupError(`${user} is no id of a user.`);
  await sql.begin("isolation level repeatable read read only", async (tx) => {
    const [there] = await tx`select from auth.users where id = ${id}`;
    if (there === undefined) throw new BackupError("There is no such user.");
    await write(makeZip(pieces(tx, id, objects)));
  });
}

async function* pieces(tx: TransactionSql, user: string, objects: Objects | undefined) {
  const lastModified = new Date();
  const sections = await tx<{ section: string }[]>`select section from app.personal_sections()`;
  for (const section of ["account", ...sections.map(({ section }) => section)]) {
    yield { name: `${section}.ndjson`, lastModified, input: lines(tx, user, section) };
  }
  const ids = await tx<{ id: string }[]>`
    select id from public.files where owner_id = ${user} and run_id is null order by id
  `;
  for (const { id } of ids) {
    const [file] = Files.parse(
      await tx`
        select a.name || '/' || f.path as name, f.content, f.object_id as object
        from public.files as f join public.agents as a on a.id = f.agent_id where f.id = ${id}
      `,
    );
    const input = file?.content ?? (file?.object && await objects?.get(file.object));
    if (file && input) yield { name: `files/${file.name}`, lastModified, input };
  }
}

async function* lines(tx: TransactionSql, user: string, section: string) {
  const encoder = new TextEncoder();
  let after: string | null = null;
  for (;;) {
    const page: z.infer<typeof Row>[] = Row.array().parse(
      await tx`
        select said, place
        from app.personal_rows(${user}, ${section}, ${after}::text::jsonb, ${PAGE})
      `,
    );
    for (const { said } of page) yield encoder.encode(`${said}\n`);
    const last = page.at(-1);
    if (last === undefined) return;
    after = JSON.stringify(last.place);
  }
}
