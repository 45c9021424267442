/**
 * The client library of Cloister: agents, runs and what belongs to them, typed, for browsers, Deno,
 * Node and Bun.
 *
 * @module
 */
export { CloisterClient, createClient, type UsageOptions } from "./client.ts";
export type { ClientOptions } from "./transport.ts";
export type { Auth, SessionLike, SupabaseClientLike } from "./auth.ts";
export {
  CallerError,
  CloisterError,
  ConnectionError,
  RollbackError,
  TimeoutError,
} from "./errors.ts";
export type { CloisterErrorInit, ErrorCode, ErrorItem } from "./errors.ts";
export { Listing, type PageOptions } from "./listing.ts";
export { RunStream } from "./run_stream.ts";
export type { RunOptions } from "./execute.ts";
export type { WaitOptions } from "./wait.ts";
export type { FollowOptions } from "./follow.ts";
export { isTerminal } from "./events.ts";
export { hasEnded } from "./status.ts";
export { type AgentQuery, Agents, type HistoryQuery } from "./agents.ts";
export { Versions } from "./versions.ts";
export { Files, type WriteOptions } from "./files.ts";
export { type PreviewOptions, Schedules } from "./schedules.ts";
export { Hooks } from "./hooks.ts";
export { Webhooks } from "./webhooks.ts";
export { type ReadOptions, type RunQuery, Runs } from "./runs.ts";
export * from "./admin/mod.ts";
export {
  type HeadersLike,
  verifyWebhook,
  WebhookError,
  type WebhookMessage,
} from "./verify_webhook.ts";
export { Keys } from "./keys.ts";
export { Secrets } from "./secrets.ts";
export type {
  Arguments,
  FunctionName,
  ItemOf,
  Method,
  PagedPath,
  Path,
  Query,
  RawPath,
  Reply,
  RequestExtras,
} from "./routes.ts";
export * from "./lists.ts";
export type * from "./wire.ts";
