-- How a run begins that was taken from the queue, or goes back there. Beginning asks everything again
-- that queueing asked, since what was allowed then may not be now.

-- The run of a claim, locked; refused where the claim is over: its lease ran out and somebody else has
-- the run, or it has ended.
create function app.claimed_run(run_id uuid, claim uuid) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  run public.runs;
begin
  select r.* into run from public.runs as r where r.id = claimed_run.run_id for update;
  if not exists (
    select from app.run_claims as c
    where c.run_id = run.id and c.claim = claimed_run.claim and c.attempt = run.attempt
  ) then
    perform app.refuse(409, 'claim_lost', 'Somebody else has this run, or it has ended.');
  end if;
  return run;
end;
$$;
revoke execute on function app.claimed_run from public, anon, authenticated, service_role;

-- Gives a claimed run back, whose row the caller of this function has locked.
create function app.give_back(run public.runs, delay interval) returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from app.run_claims as c where c.run_id = run.id;
  perform app.queue_put(run.id, run.owner_id, clock_timestamp() + give_back.delay);
end;
$$;
revoke execute on function app.give_back from public, anon, authenticated, service_role;

create function public.begin_queued_run(
  run_id uuid, claim uuid, engine text, layers text[], limits text, wall_ms int
) returns setof public.runs
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  run public.runs;
begin
  if begin_queued_run.wall_ms is null or begin_queued_run.wall_ms not between 1 and 86400000 then
    perform app.refuse(400, 'invalid_request', 'wall_ms lies between 1 and 86400000.');
  end if;
  -- Locks in the order of start_run(): the user's turn, the user, the agent, the turn of quarantines,
  -- the run.
  select r.* into run from public.runs as r where r.id = begin_queued_run.run_id;
  perform app.take_turn('runs', run.owner_id);
  perform from auth.users as u where u.id = run.owner_id for key share;
  perform from public.agents as a where a.id = run.agent_id for share;
  perform app.share_turn('quarantines');
  run := app.claimed_run(begin_queued_run.run_id, begin_queued_run.claim);
  if run.status = 'running' then
    return next run;
    return;
  end if;
  if app.turn_away(run) then
    return query select r.* from public.runs as r where r.id = run.id;
    return;
  end if;
  perform app.reap(run.owner_id);
  if not (app.has_place(run.owner_id) and app.has_cpu(run.owner_id)) then
    perform app.give_back(run, interval '1 second');
    return next run;
    return;
  end if;
  update public.runs as r set
    status = 'running', engine = begin_queued_run.engine, layers = begin_queued_run.layers,
    limits = begin_queued_run.limits::json, started_at = clock_timestamp(),
    heartbeat_at = clock_timestamp(), deadline_at = clock_timestamp()
      + begin_queued_run.wall_ms * interval '1 millisecond' + app.grace(),
    policy_hash = (select app.granted_hash(v.policy) from public.agent_versions as v
      where v.id = r.version_id)
  where r.id = run.id returning r.* into run;
  update app.run_claims as c set begun_at = run.started_at where c.run_id = run.id;
  perform app.tell_started(run);
  return next run;
end;
$$;
comment on function public.begin_queued_run is
  'Starts a claimed run: it is running then, and its run.started is the event behind last_seq. It is '
  'cancelled instead where it may not run any more, and stays queued where its user has no place; '
  'the same claim again is answered the same. Errors: claim_lost, invalid_request.';
revoke execute on function public.begin_queued_run from public, anon, authenticated, service_role;
grant execute on function public.begin_queued_run to service_role;

create function public.release_queued_run(run_id uuid, claim uuid, delay_ms int, reason text)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.runs := app.claimed_run(release_queued_run.run_id, release_queued_run.claim);
begin
  if run.status = 'queued' then
    perform app.give_back(run,
      least(greatest(release_queued_run.delay_ms, 0), 300000) * interval '1 millisecond');
  end if;
end;
$$;
comment on function public.release_queued_run is
  'Gives a claimed run back that has not begun, to be taken again after delay_ms, at most 5 minutes. It '
  'counts as no attempt. reason is for whoever reads the call. Errors: claim_lost.';
revoke execute on function public.release_queued_run from public, anon, authenticated, service_role;
grant execute on function public.release_queued_run to service_role;

-- With a run's ending, and with each new attempt, the claim on it is over.
create function app.forget_claim() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from app.run_claims as c where c.run_id = new.id;
  return null;
end;
$$;
revoke execute on function app.forget_claim from public, anon, authenticated, service_role;

create trigger forget_claim after update of status, attempt on public.runs
for each row when (new.status <> 'running' and new.queued_at is not null)
execute function app.forget_claim();
