import { project } from "../session/session.ts";

/** What is known of a failure, however it came about. */
export interface Problem {
  readonly title: string;
  readonly detail: string | undefined;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly errors: readonly FieldError[];
}

/** What is wrong with one field, by its path: `input_schema.type`, or "" for the whole. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Reads a failure: an error of the SDK (a problem document), of the network, or anything else. */
export function problemOf(error: unknown): Problem {
  const code = text(error, "code");
  const message = text(error, "message");
  return {
    title: text(error, "title") ?? message ?? "Something failed",
    detail: text(error, "detail") ?? (text(error, "title") === undefined ? undefined : message),
    code,
    status: number(error, "status"),
    requestId: text(error, "requestId"),
    retryAfterS: number(error, "retryAfter"),
    errors: list(error, "errors").map((item) => ({
      path: text(item, "path") ?? text(item, "pointer") ?? "",
      message: text(item, "message") ?? text(item, "detail") ?? "is not valid",
    })),
  };
}

/** A failure on the page, with what support needs to find it. */
export function ProblemView({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error === undefined || error === null) return null;
  const { title, detail, code, requestId, retryAfterS, errors } = problemOf(error);
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{title}</strong>
        {detail && detail !== title && <span class="detail">{detail}</span>}
      </p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ path, message }) => (
            <li key={path + message}>{path && <code>{path}</code>} {message}</li>
          ))}
        </ul>
      )}
      {retryAfterS !== undefined && <p>Try again in {retryAfterS} seconds.</p>}
      <p class="quiet">
        {code && <code title={`A problem of ${project().url}`}>{code}</code>}
        {requestId && (
          <>
            request <code>{requestId}</code>
          </>
        )}
      </p>
      {retry && <button type="button" class="secondary" onClick={retry}>Try again</button>}
    </div>
  );
}

function get(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function text(value: unknown, key: string): string | undefined {
  const found = get(value, key);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function number(value: unknown, key: string): number | undefined {
  const found = get(value, key);
  return typeof found === "number" ? found : undefined;
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = get(value, key);
  return Array.isArray(found) ? found : [];
}
