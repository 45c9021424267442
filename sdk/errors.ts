import type { FaultCode } from "./wire.ts";

/** Codes of this release's server, and whatever a newer one or a gateway says. */
export type ErrorCode = FaultCode | "unexpected_answer" | (string & Record<never, never>);

/** One thing that is wrong with what was sent: where, and what. */
export interface ErrorItem {
  code: string;
  message: string;
  /** A path into the body such as `input.city`. */
  path?: string;
  line?: number;
  column?: number;
  severity?: string;
}

/** What an error is made of. */
export interface CloisterErrorInit {
  code: ErrorCode;
  status: number;
  detail?: string | undefined;
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  errors?: readonly ErrorItem[];
}

/** A refusal: the server's answer to a request that it did not do. `code` is for programs. */
export class CloisterError extends Error {
  override readonly name: string = "CloisterError";
  /** Stable; `unexpected_answer` where something else than Cloister answered. */
  readonly code: ErrorCode;
  /** The HTTP status. */
  readonly status: number;
  /** What an operator finds the request by in the logs. */
  readonly requestId: string | undefined;
  /** Seconds until another try can succeed. */
  readonly retryAfter: number | undefined;
  /** The run that was begun already, where waiting for it or watching it was refused. */
  runId?: string;
  /** What is wrong with the body, item by item. */
  readonly errors: readonly ErrorItem[];

  /** The message is what the server said for people; it may change. */
  constructor(title: string, init: CloisterErrorInit) {
    super(init.detail ?? title);
    this.code = init.code;
    this.status = init.status;
    this.requestId = init.requestId;
    this.retryAfter = init.retryAfter;
    this.errors = init.errors ?? [];
  }
}

/** The server could not be reached, or the connection broke; `cause` says how. */
export class ConnectionError extends Error {
  override readonly name: string = "ConnectionError";
  /** The run that was begun already, where waiting for it or watching it failed: it goes on. */
  runId?: string;
}

/** The server took longer than `timeoutMs`: what was asked for may have been done. */
export class TimeoutError extends ConnectionError {
  override readonly name: string = "TimeoutError";
}

/** Whoever began is signed in no more: what was left to do was not done as somebody else. */
export class CallerError extends Error {
  override readonly name: string = "CallerError";
  /** The run that was begun already, where this ended waiting for it or watching it. */
  runId?: string;
}

/** There is no version to go back to: none before the current one was ever published. */
export class RollbackError extends Error {
  override readonly name: string = "RollbackError";
}

/** The same error, which says now which run it is about. */
export function about(err: unknown, runId: string): unknown {
  const isOurs = err instanceof CloisterError || err instanceof ConnectionError ||
    err instanceof CallerError;
  if (isOurs) err.runId = runId;
  return err;
}
