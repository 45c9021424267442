-- Schedules: an agent runs by the clock, by a cron line in a time zone. What a caller may who made a
-- schedule, the schedule may, and no longer: it ends with their role, and with the API key that it was
-- made by. A run that is due is queued as any other is.

alter table app.settings
add column max_schedules int not null default 100 check (max_schedules between 0 and 10000),
add column max_schedules_per_agent int not null default 20
check (max_schedules_per_agent between 0 and 1000);

create table public.schedules (
  id uuid primary key default app.uuid7(),
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null references public.agents (id) on delete cascade,
  name text not null check (name ~ '^[a-z][a-z0-9_-]{0,62}$' and name <> 'preview'),
  cron text not null check (length(cron) <= 200),
  time_zone text not null check (length(time_zone) <= 64),
  jitter_seconds int not null default 0 check (jitter_seconds between 0 and 3600),
  missed text not null default 'skip' check (missed in ('skip', 'once')),
  input json not null default 'null' check (octet_length(input::text) <= 65536),
  version int check (version >= 1),
  enabled boolean not null default true,
  planned_at timestamptz,
  next_at timestamptz,
  last_planned_at timestamptz,
  last_at timestamptz,
  last_run_id uuid,
  last_problem text check (length(last_problem) <= 64),
  key_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint schedules_name_is_taken_once unique (agent_id, name),
  constraint schedules_enabled_has_a_time check (
    enabled = (planned_at is not null) and enabled = (next_at is not null)
  )
);
comment on table public.schedules is
  'When an agent runs by itself. Without a version it is the published one that runs. planned_at is '
  'what the line says, and next_at that with the jitter; last_planned_at is the planned time that '
  'was worked off last. last_problem is the code of what kept its run from being queued. key_id is '
  'the API key that made it, or changed it last; that and last_run_id are records, not references.';

create index schedules_owner_id_idx on public.schedules (owner_id);
create index schedules_agent_id_id_idx on public.schedules (agent_id, id desc);
create index schedules_next_at_idx on public.schedules (next_at) where enabled;

-- How much later than planned a schedule fires: always the same, so that its rhythm stays, and
-- another than others', so that they do not all come at the full hour.
create function app.jitter(schedule public.schedules) returns interval
language sql immutable
set search_path = ''
as $$
  select make_interval(secs =>
    ('x' || left(md5(schedule.id::text), 7))::bit(28)::int % (schedule.jitter_seconds + 1));
$$;
revoke execute on function app.jitter from public, anon, authenticated, service_role;

-- Plans the first time after a moment, and after all that are over; of a schedule that is off, none.
create function app.plan(schedule public.schedules, after timestamptz) returns public.schedules
language plpgsql stable
set search_path = ''
as $$
begin
  schedule.planned_at := null;
  if schedule.enabled then
    schedule.planned_at := app.next_cron(schedule.cron, schedule.time_zone,
      greatest(plan.after, schedule.last_planned_at));
    schedule.enabled := schedule.planned_at is not null;
  end if;
  schedule.next_at := schedule.planned_at + app.jitter(schedule);
  return schedule;
end;
$$;
revoke execute on function app.plan from public, anon, authenticated, service_role;

-- One of an agent's schedules to change, of an agent that the caller of this function has locked.
create function app.own_schedule(agent public.agents, name text) returns public.schedules
language plpgsql
set search_path = ''
as $$
declare
  schedule public.schedules;
begin
  select s.* into schedule from public.schedules as s
  where s.agent_id = agent.id and s.name = own_schedule.name
  for update;
  if not found then
    perform app.refuse(404, 'not_found', 'This agent has no such schedule.');
  end if;
  return schedule;
end;
$$;
revoke execute on function app.own_schedule from public, anon, authenticated, service_role;

-- Takes turns with all who make schedules for this user, so that no two find the last place, or the
-- same name.
create function app.refuse_more_schedules(agent public.agents, name text) returns void
language plpgsql
set search_path = ''
as $$
declare
  settings app.settings := (select s from app.settings as s);
begin
  perform app.take_turn('schedules', agent.owner_id);
  if exists (
    select from public.schedules as s
    where s.agent_id = agent.id and s.name = refuse_more_schedules.name
  ) then
    perform app.refuse(409, 'schedule_taken', 'The agent has a schedule of this name already.');
  end if;
  if (select count(*) from public.schedules as s where s.agent_id = agent.id)
      >= settings.max_schedules_per_agent
    or (select count(*) from public.schedules as s where s.owner_id = agent.owner_id)
      >= settings.max_schedules then
    perform app.refuse(409, 'too_many_schedules',
      'This agent has, or you have, as many schedules as there may be.');
  end if;
end;
$$;
revoke execute on function app.refuse_more_schedules from public, anon, authenticated, service_role;

-- What can be no schedule, refused with the reason.
create function app.refuse_terms_of(agent public.agents, schedule public.schedules) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not coalesce(schedule.name ~ '^[a-z][a-z0-9_-]{0,62}$' and schedule.name <> 'preview'
    and schedule.jitter_seconds between 0 and 3600 and schedule.missed in ('skip', 'once')
    and octet_length(schedule.input::text) <= 65536, false) then
    perform app.refuse(400, 'invalid_request', 'A schedule has a name other than preview, a jitter '
      'of up to 3600 seconds, skip or once for what is missed, and an input of up to 64 KiB.');
  end if;
  if schedule.version is not null and not exists (
    select from public.agent_versions as v
    where v.agent_id = agent.id and v.version = schedule.version
  ) then
    perform app.refuse(404, 'not_found', 'This agent has no such version.');
  end if;
end;
$$;
revoke execute on function app.refuse_terms_of from public, anon, authenticated, service_role;

create function app.create_schedule(
  agent_name text, name text, cron text, time_zone text, input text, jitter_seconds int, missed text,
  version int, enabled boolean
) returns setof public.schedules
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.triggered_agent(create_schedule.agent_name);
  draft public.schedules;
begin
  perform app.refuse_programs();
  draft.id := app.uuid7();
  draft.name := create_schedule.name;
  draft.cron := create_schedule.cron;
  draft.time_zone := create_schedule.time_zone;
  draft.jitter_seconds := create_schedule.jitter_seconds;
  draft.missed := create_schedule.missed;
  draft.input := create_schedule.input::json;
  draft.version := create_schedule.version;
  draft.enabled := true;
  perform app.refuse_terms_of(agent, draft);
  draft := app.plan(draft, now()); -- which refuses what never fires, also where it is off
  draft.enabled := create_schedule.enabled;
  draft := app.plan(draft, now());
  perform app.refuse_more_schedules(agent, draft.name);
  return query
  insert into public.schedules (id, owner_id, agent_id, name, cron, time_zone, jitter_seconds, missed,
    input, version, enabled, planned_at, next_at, key_id)
  values (draft.id, agent.owner_id, agent.id, draft.name, draft.cron, draft.time_zone,
    draft.jitter_seconds, draft.missed, draft.input, draft.version, draft.enabled, draft.planned_at,
    draft.next_at, app.key_id())
  returning *;
end;
$$;
revoke execute on function app.create_schedule from public, anon, authenticated, service_role;
grant execute on function app.create_schedule to authenticated;

create function public.create_schedule(
  agent_name text, name text, cron text, time_zone text default 'UTC', input text default 'null',
  jitter_seconds int default 0, missed text default 'skip', version int default null,
  enabled boolean default true
) returns setof public.schedules
language sql rows 1
set search_path = ''
as $$
  select * from app.create_schedule(create_schedule.agent_name, create_schedule.name,
    create_schedule.cron, create_schedule.time_zone, create_schedule.input,
    create_schedule.jitter_seconds, create_schedule.missed, create_schedule.version,
    create_schedule.enabled);
$$;
comment on function public.create_schedule is
  'Lets an agent run by the clock, with the rights of the caller, who may write and execute it. '
  'Errors: forbidden, not_found (the agent, its version), agent_quarantined, schedule_taken, '
  'too_many_schedules, invalid_request (a line that is none or never fires, a time zone that does not '
  'exist).';
revoke execute on function public.create_schedule from public, anon, authenticated, service_role;
grant execute on function public.create_schedule to authenticated;

create function app.update_schedule(
  agent_name text, schedule_name text, cron text, time_zone text, input text, jitter_seconds int,
  missed text, version int, enabled boolean
) returns setof public.schedules
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.triggered_agent(update_schedule.agent_name);
  old public.schedules := app.own_schedule(agent, update_schedule.schedule_name);
  new public.schedules := old;
begin
  perform app.refuse_programs();
  perform app.refuse_others_key(old.key_id);
  new.cron := coalesce(update_schedule.cron, old.cron);
  new.time_zone := coalesce(update_schedule.time_zone, old.time_zone);
  new.jitter_seconds := coalesce(update_schedule.jitter_seconds, old.jitter_seconds);
  new.missed := coalesce(update_schedule.missed, old.missed);
  new.input := coalesce(update_schedule.input::json, old.input);
  new.version := nullif(coalesce(update_schedule.version, old.version), 0);
  new.enabled := coalesce(update_schedule.enabled, old.enabled);
  perform app.refuse_terms_of(agent, new);
  if (new.cron, new.time_zone, new.jitter_seconds, new.enabled)
    is distinct from (old.cron, old.time_zone, old.jitter_seconds, old.enabled) then
    perform app.next_cron(new.cron, new.time_zone, now());
    new := app.plan(new, now());
  end if;
  return query
  update public.schedules as s set
    cron = new.cron, time_zone = new.time_zone, jitter_seconds = new.jitter_seconds,
    missed = new.missed, input = new.input, version = new.version, enabled = new.enabled,
    planned_at = new.planned_at, next_at = new.next_at, last_problem = null,
    key_id = coalesce(app.key_id(), old.key_id), updated_at = now()
  where s.id = old.id
  returning s.*;
end;
$$;
revoke execute on function app.update_schedule from public, anon, authenticated, service_role;
grant execute on function app.update_schedule to authenticated;

create function public.update_schedule(
  agent_name text, schedule_name text, cron text default null, time_zone text default null,
  input text default null, jitter_seconds int default null, missed text default null,
  version int default null, enabled boolean default null
) returns setof public.schedules
language sql rows 1
set search_path = ''
as $$
  select * from app.update_schedule(update_schedule.agent_name, update_schedule.schedule_name,
    update_schedule.cron, update_schedule.time_zone, update_schedule.input,
    update_schedule.jitter_seconds, update_schedule.missed, update_schedule.version,
    update_schedule.enabled);
$$;
comment on function public.update_schedule is
  'Changes a schedule, switches it off or on. What is null stays; version 0 is the published one. '
  'Times that are over are not made up for. An API key that changes a schedule is from then on the '
  'one that it ends with. Errors: forbidden, not_found, agent_quarantined, made_by_other_key, '
  'invalid_request.';
revoke execute on function public.update_schedule from public, anon, authenticated, service_role;
grant execute on function public.update_schedule to authenticated;

create function app.delete_schedule(agent_name text, schedule_name text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.agents := app.triggered_agent(delete_schedule.agent_name);
  schedule public.schedules := app.own_schedule(agent, delete_schedule.schedule_name);
begin
  delete from public.schedules as s where s.id = schedule.id;
end;
$$;
revoke execute on function app.delete_schedule from public, anon, authenticated, service_role;
grant execute on function app.delete_schedule to authenticated;

create function public.delete_schedule(agent_name text, schedule_name text) returns void
language sql
set search_path = ''
as $$
  select app.delete_schedule(delete_schedule.agent_name, delete_schedule.schedule_name);
$$;
comment on function public.delete_schedule is
  'Ends a schedule. Runs that it has queued go on. Errors: forbidden, not_found, agent_quarantined.';
revoke execute on function public.delete_schedule from public, anon, authenticated, service_role;
grant execute on function public.delete_schedule to authenticated;

revoke all on table public.schedules from public, anon, authenticated, service_role;
grant select on table public.schedules to authenticated;
alter table public.schedules enable row level security;

create policy "owners who may read see the schedules of their agents"
on public.schedules for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
