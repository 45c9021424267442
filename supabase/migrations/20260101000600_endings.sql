-- How a run goes on and ends. There is one way to end a run, app.settle(), and whoever comes
-- second finds it ended: the executor with its result, a caller who cancels, the reaper. The
-- ending and its terminal event are one transaction. What nobody knows the end of is not ended but
-- tried again, if it came through the queue and nobody asked for it to stop.

-- Appends what happened. Values cross as JSON text within JSON, because jsonb refuses \u0000.
-- An event that is here already is left alone, so that a lost answer may be asked for again.
create function app.append_events(run public.runs, events text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if events::jsonb @? '$[*] ? (@.type starts with "run." || @.seq < 2)' then
    perform app.refuse(400, 'invalid_request',
      'The first event and run.* events are written by the database.');
  end if;
  insert into public.run_events (run_id, seq, type, at, data, owner_id)
  select run.id, e.seq, e.type, coalesce(e.at, clock_timestamp()), e.data::json, run.owner_id
  from jsonb_to_recordset(events::jsonb) as e(seq int, type text, at timestamptz, data text)
  on conflict on constraint run_events_pkey do nothing;
end;
$$;
revoke execute on function app.append_events from public, anon, authenticated, service_role;

-- Writes an event of the database's own behind those that are there.
create function app.tell(run public.runs, type text, at timestamptz, data json) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into public.run_events (run_id, seq, type, at, data, owner_id)
  select run.id, coalesce(max(e.seq), 0) + 1, tell.type, tell.at, tell.data, run.owner_id
  from public.run_events as e where e.run_id = run.id;
end;
$$;
revoke execute on function app.tell from public, anon, authenticated, service_role;

-- How often a run is tried in all, where its program is not what failed.
create function app.max_attempts() returns int
language sql immutable
set search_path = ''
as $$
  select 5;
$$;
revoke execute on function app.max_attempts from public, anon, authenticated, service_role;

-- Whether a run that is lost is tried again. One that began at once is not: somebody waits for it.
create function app.may_retry(run public.runs) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return run.queued_at is not null and run.cancel_requested_at is null
    and run.attempt < app.max_attempts();
end;
$$;
revoke execute on function app.may_retry from public, anon, authenticated, service_role;

-- Sends a run that the caller of this function has locked back to the queue: from here on the attempt
-- before it writes nothing any more.
create function app.retry(run public.runs, reason text) returns public.runs
language plpgsql
set search_path = ''
as $$
begin
  update public.runs as r set
    status = 'queued', attempt = r.attempt + 1, queued_at = clock_timestamp(), engine = null,
    layers = null, limits = null, started_at = null, heartbeat_at = null, deadline_at = null
  where r.id = retry.run.id returning r.* into run;
  perform app.tell(run, 'run.queued', run.queued_at, json_build_object(
    'trigger', run.trigger, 'attempt', run.attempt, 'reason', retry.reason));
  return run;
end;
$$;
revoke execute on function app.retry from public, anon, authenticated, service_role;

-- Ends a run with its terminal event, once: the update finds only a run that has not ended, and two
-- who try wait for each other at its row. Answers the run as it then is.
create function app.settle(run_id uuid, status text, output json, error json, usage json)
returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  run public.runs;
begin
  update public.runs as r set
    status = settle.status, output = settle.output, error = settle.error, usage = settle.usage,
    ended_at = clock_timestamp()
  where r.id = settle.run_id and r.status in ('queued', 'running')
  returning r.* into run;
  if not found then
    select r.* into run from public.runs as r where r.id = settle.run_id;
    return run;
  end if;
  perform app.charge_cpu(run);
  perform app.tell(run, 'run.' || run.status, run.ended_at, json_build_object(
    'status', run.status, 'output', run.output, 'error', run.error, 'usage', run.usage));
  return run;
end;
$$;
revoke execute on function app.settle from public, anon, authenticated, service_role;

-- Charges an attempt that nobody reported the cost of: the CPU time that it was allowed, or the time
-- that it was under way where that is less.
create function app.charge_lost(run public.runs) returns void
language plpgsql
set search_path = ''
as $$
declare
  under_way interval := clock_timestamp() - run.started_at;
begin
  run.usage := json_build_object('cpu_ms', least(
    (run.limits ->> 'cpu_ms')::numeric, round(extract(epoch from under_way) * 1000)));
  perform app.charge_cpu(run);
end;
$$;
revoke execute on function app.charge_lost from public, anon, authenticated, service_role;

-- What becomes of a run that nobody knows the end of, whose row the caller of this function has
-- locked: it is tried again, or it is lost, and a dead letter if it came through the queue. What the
-- attempt cost is its owner's in any case.
create function app.lose(run public.runs, reason text, error json) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  ended public.runs;
begin
  perform app.charge_lost(run);
  if app.may_retry(run) then
    return app.retry(run, lose.reason);
  end if;
  ended := app.settle(run.id, 'lost', null, lose.error, null);
  if run.attempt >= app.max_attempts() then
    perform app.bury(ended, lose.reason);
  end if;
  return ended;
end;
$$;
revoke execute on function app.lose from public, anon, authenticated, service_role;

create function app.settle_lost(run public.runs) returns public.runs
language sql
set search_path = ''
as $$
  select app.lose(settle_lost.run, 'silent', json_build_object(
    'kind', 'lost', 'name', 'RunLost',
    'message', 'The run stopped reporting, so that nobody knows how it ended.'));
$$;
revoke execute on function app.settle_lost from public, anon, authenticated, service_role;

-- Ends what is overdue: of everybody, of one user, or one run. Skips what another transaction is
-- working on: that one settles it, or shows that it lives. In the order of owners, as whoever else
-- puts runs of several users into the queue, so that nobody waits in a circle.
create function app.reap(owner_id uuid default null, run_id uuid default null) returns int
language plpgsql
set search_path = ''
as $$
declare
  overdue public.runs;
  lost int := 0;
begin
  for overdue in
    select r.* from public.runs as r
    where r.status = 'running' and app.is_overdue(r)
      and (reap.owner_id is null or r.owner_id = reap.owner_id)
      and (reap.run_id is null or r.id = reap.run_id)
    order by r.owner_id
    for update skip locked
  loop
    perform app.settle_lost(overdue);
    lost := lost + 1;
  end loop;
  return lost;
end;
$$;
revoke execute on function app.reap from public, anon, authenticated, service_role;

-- Who looks at a run of their own that is overdue, ends it: where nothing sweeps, nobody waits
-- for a dead run for ever.
create function app.notice_lost(run_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  caller uuid := (select auth.uid());
  known uuid := app.key_agent();
begin
  if exists (
    select from public.runs as r
    where r.id = notice_lost.run_id and r.owner_id = caller and app.is_overdue(r)
      and (known is null or r.agent_id = known)
  ) and app.can('agents:read') then
    perform app.reap(caller, notice_lost.run_id);
  end if;
end;
$$;
revoke execute on function app.notice_lost from public, anon, authenticated, service_role;
grant execute on function app.notice_lost to authenticated;

create function public.find_run(run_id uuid) returns setof public.runs
language sql rows 1
set search_path = ''
as $$
  select app.notice_lost(find_run.run_id);
  select r.* from public.runs as r where r.id = find_run.run_id;
$$;
comment on function public.find_run is
  'One of the caller''s runs as it is now: an overdue one is lost from here on. No row if there is '
  'none that the caller may read.';
revoke execute on function public.find_run from public, anon, authenticated, service_role;
grant execute on function public.find_run to authenticated;

create function public.append_run_events(run_id uuid, events text, attempt int default 1)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.runs;
begin
  update public.runs as r set heartbeat_at = clock_timestamp()
  where r.id = append_run_events.run_id and r.status = 'running'
    and r.attempt = append_run_events.attempt
  returning r.* into run;
  if not found then
    return true;
  end if;
  perform app.append_events(run, append_run_events.events);
  return run.cancel_requested_at is not null;
end;
$$;
comment on function public.append_run_events is
  'Adds events to a running attempt of a run. True means stop: cancelling was asked for, or the run '
  'has ended, is gone or is at another attempt, and nothing was written. Errors: invalid_request.';
revoke execute on function public.append_run_events from public, anon, authenticated, service_role;
grant execute on function public.append_run_events to service_role;

create function public.settle_run(
  run_id uuid, ending text, events text default '[]', attempt int default 1
) returns setof public.runs
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  run public.runs;
  result jsonb := settle_run.ending::jsonb;
begin
  select r.* into run from public.runs as r where r.id = settle_run.run_id for update;
  if not found then
    return;
  end if;
  if coalesce(result ->> 'status', 'running') in ('queued', 'running') then
    perform app.refuse(400, 'invalid_request', 'An ending needs a final status.');
  end if;
  if run.status <> 'running' or run.attempt is distinct from settle_run.attempt then
    return next run;
    return;
  end if;
  perform app.append_events(run, settle_run.events);
  if result ->> 'status' = 'lost' then
    return next app.lose(run, 'broken', (result ->> 'error')::json);
    return;
  end if;
  return next app.settle(run.id, result ->> 'status', (result ->> 'output')::json,
    (result ->> 'error')::json, (result ->> 'usage')::json);
end;
$$;
comment on function public.settle_run is
  'Ends a running attempt of a run: its last events, its ending, one terminal event. One that is '
  'lost is queued again if it came through the queue. A run that has ended, or is at another attempt, '
  'is answered as it is. Errors: invalid_request.';
revoke execute on function public.settle_run from public, anon, authenticated, service_role;
grant execute on function public.settle_run to service_role;
