import type { AuditEntry } from "./schema.ts";
import { AUDIT_COLUMNS } from "./schema.ts";

/** How an export is written: what comes first, and one entry after it. */
export interface Writer {
  type: string;
  head: string;
  line(entry: AuditEntry): string;
}

/** What a spreadsheet would run as a formula, also behind spaces and as wide characters. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** One JSON object a line. */
export const ndjson: Writer = {
  type: "application/x-ndjson; charset=utf-8",
  head: "",
  line: (entry) => `${JSON.stringify(entry)}\n`,
};

/** RFC 4180, all fields quoted. What begins like a formula gets an apostrophe in front. */
export const csv: Writer = {
  type: "text/csv; charset=utf-8; header=present",
  head: `${AUDIT_COLUMNS.join(",")}\r\n`,
  line: (entry) => `${AUDIT_COLUMNS.map((column) => field(entry[column])).join(",")}\r\n`,
};

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const harmless = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
