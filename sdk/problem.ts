import { CloisterError, type ErrorItem } from "./errors.ts";

const MAX_FOREIGN_CHARS = 200;

/** The error that an answer is. Reads its body. */
export async function toError(response: Response): Promise<CloisterError> {
  const text = await response.text().catch(() => "");
  const problem = parse(text);
  const code = textOf(problem, "code");
  const retryAfter = numberOf(problem, "retry_after") ??
    secondsOf(response.headers.get("retry-after"));
  const requestId = textOf(problem, "request_id") ??
    response.headers.get("x-request-id") ?? undefined;
  const common = { status: response.status, requestId, retryAfter };
  if (code === undefined || !isProblem(response)) {
    const said = text.slice(0, MAX_FOREIGN_CHARS).trim();
    return new CloisterError(`Something else than Cloister answered ${response.status}: ${said}`, {
      code: "unexpected_answer",
      ...common,
    });
  }
  return new CloisterError(textOf(problem, "title") ?? code, {
    code,
    detail: textOf(problem, "detail"),
    errors: itemsOf(problem),
    ...common,
  });
}

function isProblem({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("application/problem+json") ?? false;
}

/** Seconds that a `Retry-After` names, be it a number or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const seconds = Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function itemsOf(problem: unknown): ErrorItem[] {
  const errors = valueOf(problem, "errors");
  if (!Array.isArray(errors)) return [];
  return errors.map((item: unknown) => {
    const [path, severity] = [textOf(item, "path"), textOf(item, "severity")];
    const [line, column] = [numberOf(item, "line"), numberOf(item, "column")];
    return {
      code: textOf(item, "code") ?? "",
      message: textOf(item, "message") ?? "",
      ...(path !== undefined && { path }),
      ...(severity !== undefined && { severity }),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
    };
  });
}

function valueOf(of: unknown, key: string): unknown {
  return typeof of === "object" && of !== null && Object.hasOwn(of, key)
    ? Object.entries(of).find(([name]) => name === key)?.[1]
    : undefined;
}

function textOf(of: unknown, key: string): string | undefined {
  const value = valueOf(of, key);
  return typeof value === "string" ? value : undefined;
}

function numberOf(of: unknown, key: string): number | undefined {
  const value = valueOf(of, key);
  return typeof value === "number" ? value : undefined;
}
