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
}

/** The server took longer than `timeoutMs`: what was asked for may have been done. */
export class TimeoutError extends ConnectionError {
  override readonly name: string = "TimeoutError";
}
