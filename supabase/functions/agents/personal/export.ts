import type { Db } from "../../_shared/db.ts";
import type { Keeping } from "../../_shared/workspace/keeping.ts";
import { findFile } from "../files/repo.ts";
import { listSections, readSection } from "./repo.ts";
import { Filed, Owned } from "./schema.ts";

/** One file of the archive. */
interface Piece {
  name: string;
  lastModified: Date;
  input: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * All that is known about the caller as a ZIP, written while it is read: for each section a file with
 * one JSON object a line, and the files of their agents as they are. When reading fails the archive
 * breaks off, which its reader sees: a ZIP ends with its table of contents.
 */
export async function exportPersonalData(db: Db, keeping: Keeping): Promise<Response> {
  // Refusals come before the first byte.
  const sections = await listSections(db);
  const { makeZip } = await import("client-zip");
  const body = makeZip(pieces(db, keeping, sections));
  return new Response(body, {
    headers: {
      "content-type": "application/zip",
      "content-disposition": 'attachment; filename="personal-data.zip"',
      "x-content-type-options": "nosniff",
    },
  });
}

async function* pieces(
  db: Db,
  keeping: Keeping,
  sections: readonly string[],
): AsyncGenerator<Piece> {
  const lastModified = new Date();
  for (const section of sections) {
    yield { name: `${section}.ndjson`, lastModified, input: lines(readSection(db, section)) };
  }
  const names = new Map<string, string>();
  for await (const said of readSection(db, "agents")) {
    const { id, name } = Owned.parse(JSON.parse(said));
    names.set(id, name);
  }
  for await (const said of readSection(db, "files")) {
    const { agent_id: id, run_id: run, path } = Filed.parse(JSON.parse(said));
    const agent = names.get(id);
    // What a run writes for itself goes with it.
    if (agent === undefined || run !== null) continue;
    const file = await findFile(db, agent, path);
    const input = file && await keeping.unpack(file);
    if (input !== undefined) yield { name: `files/${agent}/${path}`, lastModified, input };
  }
}

async function* lines(rows: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const row of rows) yield encoder.encode(`${row}\n`);
}
