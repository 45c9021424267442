import { CallerError, CloisterError, ConnectionError } from "../sdk/mod.ts";
import { Interrupted, isMistake, NotSignedIn } from "./exit.ts";
import { plain, plainJson } from "./text.ts";

/** What went wrong, for a person: never a stack, and nothing that would steer a terminal. */
export function explain(error: unknown): string {
  return plain([...lines(error), ...runOf(error)].join("\n"));
}

/** What went wrong, as one line of JSON for a program. */
export function explainJson(error: unknown): string {
  if (!(error instanceof CloisterError)) {
    return plainJson({ error: { code: codeOf(error), message: messageOf(error) } });
  }
  const { code, status, message, requestId, retryAfter, errors } = error;
  const told = { code, status, message, request_id: requestId, retry_after: retryAfter, errors };
  return plainJson({ error: told });
}

function lines(error: unknown): string[] {
  if (!(error instanceof CloisterError)) return [messageOf(error)];
  const { code, requestId, retryAfter, errors, message } = error;
  return [
    `${message} (${code})`,
    ...errors.map(({ path, line, column, message }) =>
      `  ${[path, line, column].filter((part) => part !== undefined).join(":")} ${message}`
    ),
    ...adviceOn(code, retryAfter),
    ...(requestId !== undefined && error.status >= 500 ? [`  request ${requestId}`] : []),
  ];
}

/** What was begun is not begun again by whoever hears of it. */
function runOf(error: unknown): string[] {
  const isOurs = error instanceof CloisterError || error instanceof ConnectionError ||
    error instanceof CallerError;
  if (!isOurs || error.runId === undefined) return [];
  return [`  The run had begun: cloister logs -f ${error.runId}`];
}

function adviceOn(code: string, retryAfter: number | undefined): string[] {
  if (retryAfter !== undefined) return [`  Try again in ${retryAfter} s.`];
  if (/^(unauthenticated|token_|key_(expired|revoked|invalid)|session_)/.test(code)) {
    return [
      "  Sign in again: cloister login. Where CLOISTER_API_KEY is set, it needs another key.",
    ];
  }
  if (code === "version_unapproved") {
    return ["  Read it and say yes: cloister approve <agent> <version>"];
  }
  return [];
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error instanceof ConnectionError && error.cause instanceof Error
    ? `: ${innermost(error.cause).message}`
    : "";
  return `${error.message}${cause}`;
}

function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

function codeOf(error: unknown): string {
  if (isMistake(error)) return "usage";
  if (error instanceof NotSignedIn || error instanceof CallerError) return "not_signed_in";
  if (error instanceof Interrupted) return "interrupted";
  return error instanceof ConnectionError ? "unreachable" : "failed";
}
