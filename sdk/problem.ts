import { CloisterError, type CloisterErrorInit, type ErrorItem } from "./errors.ts";
import { numberOf, parse, textOf, valueOf } from "./json.ts";
import type { Page } from "./wire.ts";

const MAX_FOREIGN_CHARS = 200;

/** The error that an answer is. Reads its body. */
export async function toError(response: Response): Promise<CloisterError> {
  const text = await response.text().catch(() => "");
  const problem = parse(text);
  const code = textOf(problem, "code");
  const seconds = numberOf(problem, "retry_after") ??
    secondsOf(response.headers.get("retry-after"));
  const retryAfter = seconds === undefined ? undefined : Math.max(0, seconds);
  const requestId = textOf(problem, "request_id") ?? requestOf(response);
  const common = { status: response.status, requestId, retryAfter };
  if (code === undefined || !isProblem(response)) return foreign(text, common);
  return new CloisterError(textOf(problem, "title") ?? code, {
    code,
    detail: textOf(problem, "detail"),
    errors: itemsOf(problem),
    ...common,
  });
}

/** What an answer says in JSON; one that is no JSON rejects as what something else answered. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  const value = parse(text);
  if (value !== undefined) return value;
  throw foreign(text, { status: response.status, requestId: requestOf(response) });
}

/** A page of a list; one without a next one may leave it out. */
export async function readPage(response: Response): Promise<Page<unknown>> {
  const page = await readJson(response);
  const data = valueOf(page, "data");
  if (Array.isArray(data)) return { data, next_cursor: textOf(page, "next_cursor") ?? null };
  throw foreign("no list", { status: response.status, requestId: requestOf(response) });
}

function foreign(text: string, init: Omit<CloisterErrorInit, "code">): CloisterError {
  const said = text.slice(0, MAX_FOREIGN_CHARS).trim();
  return new CloisterError(`Something else than Cloister answered ${init.status}: ${said}`, {
    code: "unexpected_answer",
    ...init,
  });
}

function requestOf({ headers }: Response): string | undefined {
  return headers.get("x-request-id") ?? undefined;
}

function isProblem({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("application/problem+json") ?? false;
}

/** Seconds that a `Retry-After` names, be it a number or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const seconds = Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : seconds;
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
