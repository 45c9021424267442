-- How schedules fire. Each that is due is worked off in a transaction of its own, because a run that
-- is queued has its owner's turn, which nobody should wait for longer than that: whoever starts a run
-- by hand, and the kill switch.

-- What of a schedule's key keeps it from ever firing again, or null.
create function app.end_of_key(schedule public.schedules) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  key public.api_keys;
begin
  if schedule.key_id is null then
    return null;
  end if;
  select k.* into key from public.api_keys as k
  where k.id = schedule.key_id and k.owner_id = schedule.owner_id;
  return case when key.id is null or key.revoked_at is not null then 'key_revoked'
    when not app.is_live(key) then 'key_expired' end;
end;
$$;
revoke execute on function app.end_of_key from public, anon, authenticated, service_role;

-- Queues the run of a time that was planned, or says what is in the way: the code of a refusal, or
-- internal, which may pass.
create function app.queue_planned(schedule public.schedules, planned timestamptz)
returns public.schedules
language plpgsql
set search_path = ''
as $$
declare
  run public.runs;
begin
  schedule.last_problem := app.end_of_key(schedule);
  if schedule.last_problem is not null then
    schedule.enabled := false;
    return schedule;
  end if;
  run := app.enqueue(schedule.owner_id, schedule.key_id, schedule.agent_id, schedule.version,
    schedule.input, null, 'schedule', schedule.id,
    schedule.id || '.' || extract(epoch from queue_planned.planned)::bigint);
  schedule.last_at := clock_timestamp();
  schedule.last_run_id := run.id;
  return schedule;
exception when others then
  schedule.last_problem := case when sqlstate like 'PT%' then left(sqlerrm, 64) else 'internal' end;
  return schedule;
end;
$$;
revoke execute on function app.queue_planned from public, anon, authenticated, service_role;

-- Works off what is due of a schedule. Of several times that are over only the last counts: it is
-- fired if it was due within five minutes, or if the schedule is to make up for what was missed.
-- What failed on our side is tried again after a minute.
create function app.fire(schedule public.schedules) returns public.schedules
language plpgsql
set search_path = ''
as $$
declare
  due timestamptz := clock_timestamp() - app.jitter(schedule);
  planned timestamptz := coalesce(
    app.last_cron(schedule.cron, schedule.time_zone, schedule.planned_at, due),
    schedule.planned_at);
begin
  schedule.last_problem := 'missed';
  if schedule.missed = 'once' or planned > due - interval '5 minutes' then
    schedule := app.queue_planned(schedule, planned);
  end if;
  if schedule.last_problem = 'internal' then
    schedule.planned_at := planned;
    schedule.next_at := clock_timestamp() + interval '1 minute';
    return schedule;
  end if;
  schedule.last_planned_at := planned;
  return app.plan(schedule, due);
end;
$$;
revoke execute on function app.fire from public, anon, authenticated, service_role;

-- The same where the line is none any more, which it was when it was written: countries do away with
-- time zones. Such a schedule is switched off, and stops no other.
create function app.fire_or_end(schedule public.schedules) returns public.schedules
language plpgsql
set search_path = ''
as $$
begin
  perform app.refuse_time_zone(schedule.time_zone);
  return app.fire(schedule);
exception when sqlstate 'PT400' or invalid_parameter_value then
  schedule.last_problem := 'invalid_request';
  schedule.enabled := false;
  return app.plan(schedule, null);
end;
$$;
revoke execute on function app.fire_or_end from public, anon, authenticated, service_role;

-- Fires the schedule that has been due for the longest and that nobody else is at. Answers whether it
-- queued a run, or null where nothing is due; whoever asks commits before they ask again. Locks come
-- in the order of all starts, the user's turn and the agent, before the schedule, which those who
-- change it lock last.
create function app.fire_next_schedule() returns boolean
language plpgsql
set search_path = ''
as $$
declare
  due record;
  schedule public.schedules;
  before uuid;
begin
  for due in
    select s.id, s.owner_id, s.agent_id from public.schedules as s
    where s.enabled and s.next_at <= clock_timestamp()
    order by s.next_at, s.id limit 100
  loop
    continue when not pg_try_advisory_xact_lock(
      hashtextextended('cloister.schedule.' || due.id, 0));
    perform app.take_turn('runs', due.owner_id);
    perform from public.agents as a where a.id = due.agent_id for share;
    select s.* into schedule from public.schedules as s
    where s.id = due.id and s.enabled and s.next_at <= clock_timestamp() for update;
    if not found then
      return false; -- somebody fired, changed or ended it meanwhile
    end if;
    before := schedule.last_run_id;
    schedule := app.fire_or_end(schedule);
    update public.schedules as s set enabled = schedule.enabled, planned_at = schedule.planned_at,
      next_at = schedule.next_at, last_planned_at = schedule.last_planned_at,
      last_at = schedule.last_at, last_run_id = schedule.last_run_id,
      last_problem = schedule.last_problem
    where s.id = schedule.id;
    return schedule.last_run_id is distinct from before;
  end loop;
  return null;
end;
$$;
revoke execute on function app.fire_next_schedule from public, anon, authenticated, service_role;

-- What is done to a schedule is in the audit log, also that it has come to its end. That it fires is
-- not: the run's start is.
create function app.audit_schedule() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    perform app.audit('schedule.changed', 'schedule', new.id::text, jsonb_build_object(
      'agent_id', new.agent_id, 'name', new.name, 'input', old.input::text <> new.input::text)
      || app.changes(to_jsonb(old), to_jsonb(new),
        array['cron', 'time_zone', 'jitter_seconds', 'missed', 'version', 'enabled']));
  else
    perform app.audit(case tg_op when 'INSERT' then 'schedule.created' else 'schedule.deleted' end,
      'schedule', coalesce(new.id, old.id)::text, jsonb_strip_nulls(to_jsonb(coalesce(new, old))
        - array['id', 'input', 'created_at', 'updated_at', 'planned_at', 'next_at',
          'last_planned_at', 'last_at', 'last_run_id', 'last_problem']));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_schedule from public, anon, authenticated, service_role;

create trigger audit_schedule after insert or delete on public.schedules
for each row execute function app.audit_schedule();
create trigger audit_schedule_change after update on public.schedules
for each row when (
  (old.cron, old.time_zone, old.jitter_seconds, old.missed, old.version, old.enabled, old.input::text)
  is distinct from
  (new.cron, new.time_zone, new.jitter_seconds, new.missed, new.version, new.enabled, new.input::text)
) execute function app.audit_schedule();
