-- Runs: one execution of one version. A run is a record of what happened, so it keeps the
-- agent's name, ids and limits as they were and outlives the agent; only its owner's going
-- takes it along. It is queued until a worker takes it, unless it began at once, and running until
-- it ends, once. What infrastructure did to it sends it back to the queue, as its next attempt.

create table public.runs (
  id uuid primary key constraint runs_id_is_uuid7 check (substr(id::text, 15, 1) = '7'),
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null,
  agent_name text not null,
  version_id uuid not null,
  version int not null,
  status text not null check (status in (
    'queued', 'running', 'succeeded', 'failed', 'timed_out', 'out_of_memory',
    'output_exceeded', 'cancelled', 'lost'
  )),
  input json not null check (octet_length(input::text) <= 1048576),
  output json check (octet_length(output::text) <= 16777216),
  error json check (octet_length(error::text) <= 1048576),
  engine text check (length(engine) between 1 and 100),
  layers text[],
  limits json check (octet_length(limits::text) <= 16384),
  usage json check (octet_length(usage::text) <= 16384),
  request_id text check (length(request_id) <= 200),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  heartbeat_at timestamptz,
  deadline_at timestamptz,
  cancel_requested_at timestamptz,
  key_id uuid,
  policy_hash text check (policy_hash ~ '^[0-9a-f]{64}$'),
  recording boolean not null default false,
  attempt int not null default 1 check (attempt between 1 and 100),
  trigger text not null default 'request' check (trigger in ('request', 'schedule', 'webhook')),
  trigger_id uuid,
  traceparent text check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
  queued_at timestamptz,
  constraint runs_ended_has_a_time check ((status in ('queued', 'running')) = (ended_at is null)),
  constraint runs_running_has_a_deadline check (
    status <> 'running' or (deadline_at is not null and heartbeat_at is not null
      and engine is not null and layers is not null and limits is not null)
  ),
  constraint runs_queued_has_not_begun check (
    status <> 'queued' or (queued_at is not null and engine is null and layers is null
      and limits is null and started_at is null and heartbeat_at is null and deadline_at is null)
  )
) with (fillfactor = 90);
comment on table public.runs is
  'One execution of one version. agent_id, version_id and key_id (the API key it was started by) '
  'are records, not references: they may be gone. A running run is lost past deadline_at, and when '
  'heartbeat_at is too long ago. queued_at is when it came into the queue, the last time, and null '
  'for a run that began at once; only its current attempt is heard. policy_hash is the SHA-256 over the texts of the version''s policy '
  'and of the ceiling when it began; a run that is recording has the ceiling alone for its policy.';

create index runs_owner_id_id_idx on public.runs (owner_id, id desc);
create index runs_owner_id_agent_id_id_idx on public.runs (owner_id, agent_id, id desc);
create index runs_queued_owner_id_idx on public.runs (owner_id) where status = 'queued';
create index runs_queued_agent_id_idx on public.runs (agent_id) where status = 'queued';
create index runs_running_owner_id_idx on public.runs (owner_id) where status = 'running';
create index runs_running_agent_id_idx on public.runs (agent_id) where status = 'running';

-- Whether nobody can be left who ends this run: it is past its deadline, or its executor, which
-- reports every second, has not been heard of for 20 seconds. An executor gives up on a report
-- after 5 seconds, so that three in a row may fail and the run still lives.
create function app.is_overdue(run public.runs) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return run.status = 'running'
    and (run.deadline_at < now() or run.heartbeat_at < now() - interval '20 seconds');
end;
$$;
revoke execute on function app.is_overdue from public, anon, authenticated, service_role;

-- Waits for a start_run() of the same agent that is under way (both lock the agent) and then
-- sees its run.
create function app.delete_agent(name text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.agents := app.own_agent(delete_agent.name);
begin
  if exists (
    select from public.runs
    where runs.agent_id = agent.id and (runs.status = 'queued'
      or (runs.status = 'running' and not app.is_overdue(runs)))
  ) then
    perform app.refuse(409, 'agent_busy', 'A run of this agent has not ended yet.');
  end if;
  delete from public.agents where agents.id = agent.id;
end;
$$;
revoke execute on function app.delete_agent from public, anon, authenticated, service_role;
grant execute on function app.delete_agent to authenticated;

create function public.delete_agent(name text) returns void
language sql
set search_path = ''
as $$
  select app.delete_agent(delete_agent.name);
$$;
comment on function public.delete_agent is
  'Deletes an agent with its versions; its runs stay. Errors: forbidden, not_found, '
  'agent_quarantined, agent_busy, held.';
revoke execute on function public.delete_agent from public, anon, authenticated, service_role;
grant execute on function public.delete_agent to authenticated;

revoke all on table public.runs from public, anon, authenticated, service_role;
grant select on table public.runs to authenticated, service_role;

alter table public.runs enable row level security;

create policy "owners who may read see their runs"
on public.runs for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
