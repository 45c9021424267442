import type { Edit } from "./edits.ts";

/** Ways in which the schema of runners could be wrong. */
export const RUNNER_STATEMENTS: readonly (readonly [chapter: string, statement: string])[] = [
  ["runners", "grant select on app.runner_secrets to service_role"],
  ["runners", "grant select on public.runners to service_role"],
  ["runners", "grant execute on function public.authenticate_runner to authenticated"],
  ["runners", "grant execute on function public.runner_claim_run to authenticated"],
  ["runners", "grant execute on function public.runner_settle_run to authenticated"],
  ["runners", "drop trigger audit_runner on public.runners"],
  ["runners", "drop trigger audit_runner_end on public.runners"],
];

/** Each check there is of runners, taken away or weakened. */
export const RUNNER_EDITS: readonly Edit[] = [
  ["runners", "app.create_runner", "perform app.require('admin');", ""],
  ["runners", "app.create_runner", "perform app.require_person();", ""],
  ["runners", "app.create_runner", "if not coalesce(", "if false and not coalesce("],
  ["runners", "app.revoke_runner", "perform app.require('admin');", ""],
  ["runners", "app.revoke_runner", "if not found", "if false"],
  ["runners", "app.revoke_runner", "perform app.take_from_runner(runner.id);", ""],
  ["runners", "app.take_from_runner", "'runner:' || take_from_runner.runner_id", "c.worker"],
  ["runners", "app.take_from_runner", "perform app.reap(run_id => run.id);", ""],
  ["runners", "app.take_from_runner", "perform app.give_back(run, interval '0');", ""],
  ["runners", "app.runner_is_pulling", "r.revoked_at is null and ", ""],
  ["runners", "app.runner_is_pulling", "interval '15 seconds'", "interval '1 day'"],
  ["runners", "public.authenticate_runner", "if not found", "if false"],
  ["runners", "public.authenticate_runner", "runner.revoked_at is not null", "false"],
  [
    "runners",
    "public.authenticate_runner",
    "encode(s.secret_hash, 'hex') = authenticate_runner.secret_hash",
    "true",
  ],
  ["runners", "app.act_as_runner", "if not found", "if false"],
  ["runners", "app.act_as_runner", "runner.revoked_at is not null", "false"],
  ["runners", "app.act_as_runner", "set last_seen_at = clock_timestamp()", "set name = r.name"],
  ["runners", "app.claim_of_runner", "perform app.act_as_runner(claim_of_runner.runner_id);", ""],
  ["runners", "app.claim_of_runner", "c.run_id = claim_of_runner.run_id", "true"],
  ["runners", "app.claim_of_runner", "and c.claim = claim_of_runner.claim", ""],
  ["runners", "app.claim_of_runner", "and c.worker = 'runner:' || claim_of_runner.runner_id", ""],
  ["runners", "app.claim_of_runner", "if not found", "if false"],
  [
    "runners",
    "public.runner_claim_run",
    "perform app.act_as_runner(runner_claim_run.runner_id);",
    "",
  ],
  ["runners", "public.runner_begin_run", "is distinct from 'running'", "is null"],
  ["runners", "public.runner_append_events", ", held.attempt)", ", 1)"],
  ["runners", "public.runner_settle_run", ", held.attempt)", ", 1)"],
  ["runners", "public.runner_release_run", "attempt => held.attempt", "attempt => 0"],
];
