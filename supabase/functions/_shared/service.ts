import { createClient } from "@supabase/supabase-js";
import type { Database } from "./database.types.ts";
import { CLIENT_OPTIONS, type ContextHeader, type Reply } from "./db.ts";
import type { Env } from "./env.ts";

type Functions = Database["public"]["Functions"];

/** The only functions that the secret key is used for; they are granted to `service_role` alone. */
type ServiceFunction =
  | "find_replay"
  | "find_source"
  | "start_run"
  | "append_run_events"
  | "settle_run"
  | "enqueue_run"
  | "claim_queued_run"
  | "begin_queued_run"
  | "release_queued_run"
  | "asked_grants"
  | "find_tool_run"
  | "begin_tool_call"
  | "end_tool_call"
  | "put_file"
  | "write_run_files"
  | "list_run_files"
  | "read_run_files"
  | "remove_run_file"
  | "announce_object"
  | "claim_garbage"
  | "forget_objects"
  | "reveal_secret"
  | "list_stale_secrets"
  | "mark_unopened"
  | "reseal_secret"
  | "authenticate_key"
  | "authenticate_runner"
  | "runner_claim_run"
  | "runner_begin_run"
  | "runner_append_events"
  | "runner_settle_run"
  | "runner_release_run"
  | "find_identity_user"
  | "context_key"
  | "record_security_events"
  | "record_metrics"
  | "collect_metrics"
  | "ping"
  | "claim_alert_deliveries"
  | "settle_alert_delivery"
  | "find_hook"
  | "accept_hook"
  | "claim_webhook_deliveries"
  | "settle_webhook_delivery"
  | "keep_evidence"
  | "next_checkpoint"
  | "sign_checkpoint"
  | "take_tokens"
  | "find_block"
  | "strike_address"
  | "list_blocks"
  | "lift_block";

/**
 * Calls one of the functions that no user may call. What it answers is to be parsed. Aborting
 * `signal` ends the waiting, and perhaps not the work.
 */
export type Service = <Name extends ServiceFunction>(
  name: Name,
  args: Functions[Name]["Args"],
  signal?: AbortSignal,
) => PromiseLike<Reply<unknown>>;

/**
 * The one place that opens a client with the secret key. It never carries a caller's token, and
 * it hands out a single verb instead of the client, so that no table can be read through it. With
 * `context` the database is told on whose request it is called.
 */
export function createService(env: Env): (context?: ContextHeader) => Service {
  const client = createClient(env.supabaseUrl, env.secretKey, CLIENT_OPTIONS);
  return (context) => async (name, args, signal) => {
    const call = client.rpc(name, args);
    if (signal) call.abortSignal(signal);
    const header = await context?.();
    if (header !== undefined) call.setHeader(...header);
    return await call;
  };
}
