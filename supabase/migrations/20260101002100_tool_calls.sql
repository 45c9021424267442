-- Tool calls: what running agents reached for, who allowed it, and what came of it. Whether policy and
-- ceiling cover a call is decided where tools are; here it is written down before anything happens,
-- budgets hold however many calls come at once, and no call begins once its run has ended.
--
-- Locks are taken in one order: a run, its calls, budgets sorted by their key.

create table public.tool_calls (
  id uuid not null,
  run_id uuid not null,
  owner_id uuid not null,
  agent_id uuid not null,
  agent_name text not null,
  seq int not null check (seq between 1 and 1000),
  tool text not null check (length(tool) <= 200),
  target text not null check (length(target) <= 2000),
  summary json check (octet_length(summary::text) <= 32768),
  args_hash text not null check (args_hash ~ '^[0-9a-f]{64}$'),
  verdict text not null check (
    verdict in ('allowed', 'denied', 'waiting', 'approved', 'refused', 'expired')
  ),
  reason text check (length(reason) between 1 and 64),
  reserved jsonb not null default '[]',
  reached jsonb check (
    jsonb_typeof(reached) = 'array' and jsonb_array_length(reached) <= 20
    and octet_length(reached::text) <= 65536
  ),
  outcome text check (length(outcome) between 1 and 64),
  bytes_in bigint not null default 0 check (bytes_in >= 0),
  bytes_out bigint not null default 0 check (bytes_out >= 0),
  ms int check (ms >= 0),
  created_at timestamptz not null default clock_timestamp(),
  deadline_at timestamptz,
  decided_at timestamptz,
  decided_by uuid,
  begun_at timestamptz,
  ended_at timestamptz,
  primary key (run_id, id),
  constraint tool_calls_run_id_seq_key unique (run_id, seq),
  constraint tool_calls_denied_has_a_reason check ((verdict = 'denied') = (reason is not null)),
  constraint tool_calls_begun_was_allowed check (
    begun_at is null or verdict in ('allowed', 'approved')
  ),
  constraint tool_calls_waiting_is_open check (
    verdict <> 'waiting' or (deadline_at is not null and ended_at is null)
  ),
  constraint tool_calls_decided_by_somebody check (
    (decided_at is null) = (decided_by is null)
    and (verdict not in ('approved', 'refused') or decided_at is not null)
  )
) partition by range (run_id);
comment on table public.tool_calls is
  'One call of a tool, numbered within its run. It is written before it begins and does not change '
  'once it has ended. target says what was reached for, args_hash is the SHA-256 of tool and '
  'arguments: what was approved is what is done. outcome is ok, or the code of what went wrong; '
  'abandoned if its run ended first. reserved is what of budgets it took: {scope, what, amount, day}; '
  'where one had no room, that one: {scope, what, amount, spent, most}. '
  'reached is where it came to beyond target, as redirects and files: {tool, target}. '
  'run_id and decided_by are records, not references: a run that goes takes its calls along.';

create index tool_calls_owner_id_id_idx on public.tool_calls (owner_id, id desc);
create index tool_calls_id_idx on public.tool_calls (id);

select app.partition_by_month('tool_calls', 'run_id');

create function app.forget_calls() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  gone_id uuid;
begin
  for gone_id in select gone.id from gone loop
    delete from public.tool_calls as c where c.run_id = gone_id;
  end loop;
  return null;
end;
$$;
revoke execute on function app.forget_calls from public, anon, authenticated, service_role;

create trigger forget_calls after delete on public.runs
referencing old table as gone
for each statement execute function app.forget_calls();

-- What was written stays: what was called, and everything once the call has ended. A trigger and not
-- only missing grants: it holds for the owner of the table, too.
create function app.freeze_tool_call() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  before public.tool_calls := old;
begin
  if old.begun_at is null then
    before.verdict := new.verdict;
    before.reason := new.reason;
  end if;
  before.reserved := new.reserved;
  before.reached := new.reached;
  before.outcome := new.outcome;
  before.bytes_in := new.bytes_in;
  before.bytes_out := new.bytes_out;
  before.ms := new.ms;
  before.decided_at := coalesce(old.decided_at, new.decided_at);
  before.decided_by := coalesce(old.decided_by, new.decided_by);
  before.begun_at := coalesce(old.begun_at, new.begun_at);
  before.ended_at := new.ended_at;
  if old.ended_at is not null or before *<> new then
    raise exception using errcode = '42501', message = 'a tool call is written down once';
  end if;
  return new;
end;
$$;
revoke execute on function app.freeze_tool_call from public, anon, authenticated, service_role;

create trigger freeze_tool_call before update on public.tool_calls
for each row execute function app.freeze_tool_call();

revoke all on table public.tool_calls from public, anon, authenticated, service_role;
grant select on table public.tool_calls to authenticated;

alter table public.tool_calls enable row level security;

create policy "owners who may read see the tool calls of their runs"
on public.tool_calls for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
