-- What a user spends, beside what they may spend: seconds of CPU in a day, runs at once. A day is
-- one of UTC.

create table app.cpu_usage (
  owner_id uuid not null references auth.users (id) on delete cascade,
  day date not null,
  cpu_ms bigint not null check (cpu_ms >= 0),
  primary key (owner_id, day)
);
comment on table app.cpu_usage is
  'CPU time of the runs that ended on a day. Forgotten after five weeks.';

create index cpu_usage_day_idx on app.cpu_usage (day);
revoke all on table app.cpu_usage from public, anon, authenticated, service_role;

create function app.today() returns date
language plpgsql stable
set search_path = ''
as $$
begin
  return (now() at time zone 'UTC')::date;
end;
$$;
revoke execute on function app.today from public, anon, authenticated, service_role;

-- What a run's usage says it cost, in milliseconds: 0 where it says nothing, or nothing that a
-- clock could have measured. No run costs more than a day.
create function app.cpu_of(usage json) returns bigint
language plpgsql immutable
set search_path = ''
as $$
declare
  said text := case when json_typeof(cpu_of.usage) = 'object' then cpu_of.usage ->> 'cpu_ms' end;
begin
  if coalesce(said, '') !~ '^[0-9]{1,15}(\.[0-9]{1,15})?$' then
    return 0;
  end if;
  return least(ceil(said::numeric), 86400000);
end;
$$;
revoke execute on function app.cpu_of from public, anon, authenticated, service_role;

-- Adds what a run that has just ended cost to its owner's day.
create function app.charge_cpu(run public.runs) returns void
language plpgsql
set search_path = ''
as $$
declare
  spent bigint := app.cpu_of(run.usage);
begin
  if spent > 0 then
    insert into app.cpu_usage as u (owner_id, day, cpu_ms)
    values (run.owner_id, app.today(), spent)
    on conflict on constraint cpu_usage_pkey do update set cpu_ms = u.cpu_ms + excluded.cpu_ms;
  end if;
end;
$$;
revoke execute on function app.charge_cpu from public, anon, authenticated, service_role;

create function app.cpu_ms_today(user_id uuid) returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce((
    select u.cpu_ms from app.cpu_usage as u
    where u.owner_id = cpu_ms_today.user_id and u.day = app.today()), 0);
end;
$$;
revoke execute on function app.cpu_ms_today from public, anon, authenticated, service_role;

create function app.running_runs(user_id uuid) returns int
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select count(*) from public.runs as r
    where r.owner_id = running_runs.user_id and r.status = 'running');
end;
$$;
revoke execute on function app.running_runs from public, anon, authenticated, service_role;

create function app.forget_cpu_usage() returns void
language sql
set search_path = ''
as $$
  delete from app.cpu_usage where day < app.today() - 35;
$$;
revoke execute on function app.forget_cpu_usage from public, anon, authenticated, service_role;

create function app.my_access() returns json
language plpgsql stable security definer
set search_path = ''
as $$
declare
  caller uuid := (select auth.uid());
  limits record := app.limits_of(caller);
begin
  return json_build_object(
    'role', app.role_of(caller),
    'permissions', array(select app.my_permissions()),
    'limits', json_build_object(
      'read', limits.reads_per_minute, 'write', limits.writes_per_minute,
      'execute', limits.executes_per_minute, 'stream', limits.streams_per_minute,
      'concurrent_runs', limits.max_concurrent_runs,
      'cpu_seconds_per_day', limits.cpu_seconds_per_day),
    'key', (
      select json_build_object('id', k.id, 'name', k.name, 'agent', a.name)
      from public.api_keys as k
      left join public.agents as a on a.id = k.agent_id
      where k.id = app.live_key()));
end;
$$;
revoke execute on function app.my_access from public, anon, authenticated, service_role;
grant execute on function app.my_access to authenticated;

create function public.my_access() returns json
language sql stable
set search_path = ''
as $$
  select app.my_access();
$$;
comment on function public.my_access is
  'What the caller may do and spend at this moment: {role, permissions, limits: {read, write, '
  'execute, stream (per minute), concurrent_runs, cpu_seconds_per_day}, key: {id, name, agent (its '
  'name, or null)} or null}. role is null for a user who is gone.';
revoke execute on function public.my_access from public, anon, authenticated, service_role;
grant execute on function public.my_access to authenticated;

create function app.my_usage() returns json
language plpgsql stable security definer
set search_path = ''
as $$
declare
  caller uuid := (select auth.uid());
begin
  if app.key_id() is distinct from app.live_key() then
    perform app.refuse_access('forbidden', 'agents:read');
  end if;
  return json_build_object(
    'running_runs', app.running_runs(caller),
    'cpu_ms_today', app.cpu_ms_today(caller),
    'cpu_resets_at', (app.today() + 1)::timestamp at time zone 'UTC');
end;
$$;
revoke execute on function app.my_usage from public, anon, authenticated, service_role;
grant execute on function app.my_usage to authenticated;

create function public.my_usage() returns json
language sql stable
set search_path = ''
as $$
  select app.my_usage();
$$;
comment on function public.my_usage is
  'What the caller spends: {running_runs, cpu_ms_today, cpu_resets_at}.';
revoke execute on function public.my_usage from public, anon, authenticated, service_role;
grant execute on function public.my_usage to authenticated;
