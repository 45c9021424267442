import type { Db } from "../../_shared/db.ts";
import { requirePermission } from "../../_shared/permission.ts";
import { findHead, note, readAudit } from "./repo.ts";
import type { AuditFilter, ExportFormat } from "./schema.ts";
import { csv, ndjson, type Writer } from "./write.ts";

const PAGE = 500;
const WRITERS: Record<ExportFormat, Writer> = { csv, ndjson };

/**
 * An export of the entries that there are now, oldest first, read page by page as it is taken. That
 * somebody exports is an entry itself, written before the first byte and part of the export. When
 * reading fails, the answer breaks off, which its reader sees.
 */
export async function exportAudit(
  db: Db,
  filter: AuditFilter,
  format: ExportFormat,
): Promise<Response> {
  await note(db, {
    action: "audit.exported",
    resourceType: "audit_log",
    resourceId: format,
    details: { ...filter },
  });
  const head = await findHead(db);
  const writer = WRITERS[format];
  return new Response(bytesOf(pages(db, filter, head), writer), {
    headers: {
      "content-type": writer.type,
      "content-disposition": `attachment; filename="audit-to-${head}.${format}"`,
    },
  });
}

/** Pages with something in them: a pull that brings nothing would be the last one. */
async function* pages(db: Db, filter: AuditFilter, until: number) {
  for (let after = 0;;) {
    const page = await readAudit(db, filter, { limit: PAGE, after, until });
    const last = page.at(-1);
    const ends = last === undefined || page.length < PAGE;
    // Who may see no entry any more reads none, which must not look like the end.
    if (ends) await requirePermission(db, "audit:read");
    if (last !== undefined) yield page;
    if (ends) return;
    after = last.seq;
  }
}

function bytesOf(
  pages: AsyncGenerator<Awaited<ReturnType<typeof readAudit>>>,
  { head, line }: Writer,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      if (head !== "") controller.enqueue(encoder.encode(head));
    },
    async pull(controller) {
      const { done, value } = await pages.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value.map(line).join("")));
    },
    async cancel() {
      await pages.return(undefined);
    },
  }, { highWaterMark: 0 });
}
