import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Everything that a client of the runner can be told went wrong: stable code → status, title. */
export const PROBLEMS = {
  unauthenticated: [401, "The request carries no run token"],
  token_expired: [401, "The run token has expired"],
  token_invalid: [401, "The run token is not valid here"],
  token_replayed: [403, "The run token has been used before"],
  run_mismatch: [403, "The job is of another run than the token"],
  not_found: [404, "There is no such resource"],
  method_not_allowed: [405, "The resource does not know this method"],
  job_late: [408, "The job did not come in time"],
  body_too_large: [413, "The job is larger than the runner accepts"],
  limit_refused: [422, "The job asks for more than the runner can enforce"],
  job_invalid: [422, "The job is not one that can be run"],
  runner_full: [429, "Every place of the runner is taken"],
  internal: [500, "Something failed on the runner's side"],
  draining: [503, "The runner is about to stop"],
  engine_unavailable: [503, "The runner has no sandbox to run this in"],
  tokens_unremembered: [503, "The runner cannot remember more run tokens"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

/** A stable code from the closed table. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What a problem may say beside its code. */
export interface ProblemOptions extends ErrorOptions {
  detail?: string;
  /** Seconds until another try can succeed. */
  retryAfterS?: number;
  /** The limit that was refused, what was asked, and how much there could be. */
  refused?: { limit: string; asked: number; ceiling: number };
}

/** An expected failure. All of it but the cause reaches the client. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(readonly code: ProblemCode, readonly options: ProblemOptions = {}) {
    super(options.detail ?? PROBLEMS[code][1], options);
  }

  /** The HTTP status that belongs to the code. */
  get status(): (typeof PROBLEMS)[ProblemCode][0] {
    return PROBLEMS[this.code][0];
  }

  /** The RFC 9457 document. */
  document(requestId: string): Record<string, unknown> {
    const [status, title] = PROBLEMS[this.code];
    return {
      type: `/errors/${this.code}`,
      title,
      status,
      detail: this.options.detail,
      instance: `/requests/${requestId}`,
      code: this.code,
      request_id: requestId,
      retry_after: this.options.retryAfterS,
      ...this.options.refused,
    };
  }

  /** The headers that go with it. */
  headers(): Record<string, string> {
    const { retryAfterS } = this.options;
    return {
      "content-type": "application/problem+json",
      ...(this.status === 401 && { "www-authenticate": "Bearer" }),
      ...(retryAfterS !== undefined && { "retry-after": String(retryAfterS) }),
    };
  }
}
