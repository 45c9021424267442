/** What is to be said about a source. Any `error` means that it is refused. */
export interface Finding {
  severity: "error" | "warning";
  code: FindingCode;
  message: string;
  /** Counted from 1. */
  line: number;
  /** Counted from 1, in UTF-16 units. */
  column: number;
}

/** The stable codes of findings. */
export type FindingCode =
  | "source_too_large"
  | "syntax_error"
  | "nested_too_deeply"
  | "too_complex"
  | "unsupported_syntax"
  | "import_not_available"
  | "missing_default_export"
  | "default_export_not_a_function"
  | "ambient_unavailable";

/** A place as parsers tell it: lines from 1, columns from 0. */
export interface Place {
  line: number;
  column: number;
}

/** A finding that still knows its place as an offset. */
export interface Note {
  code: FindingCode;
  message: string;
  at: number;
}

/** Makes a finding; without a place it concerns the whole source. */
export function finding(
  code: FindingCode,
  message: string,
  { line, column }: Place = { line: 1, column: 0 },
): Finding {
  const severity = code === "ambient_unavailable" ? "warning" : "error";
  return { severity, code, message, line, column: column + 1 };
}

/** Thrown by a step that cannot go on, with the reason to tell the author. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(readonly finding: Finding) {
    super(finding.message);
  }
}
