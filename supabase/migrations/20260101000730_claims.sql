-- How runs get out of the queue. Taking one goes round the users, one run each, and passes over who
-- has no place free. What is taken is claimed: a secret that its beginning shows, for as long as the
-- lease lasts.

create table app.run_claims (
  run_id uuid primary key,
  owner_id uuid not null references auth.users (id) on delete cascade,
  claim uuid not null default gen_random_uuid(),
  worker text not null check (length(worker) between 1 and 100),
  attempt int not null,
  until timestamptz not null,
  begun_at timestamptz
);
comment on table app.run_claims is
  'Who has taken a queued run: until it ends, or, where it has not begun, until somebody else takes it '
  'past the moment until.';

create index run_claims_owner_id_idx on app.run_claims (owner_id);
revoke all on table app.run_claims from public, anon, authenticated, service_role;

-- Why a run may not begin any more, as a sentence, or null if it may: what start_run() would say to
-- its owner at this moment.
create function app.refusal_to_begin(run public.runs) returns text
language plpgsql
set search_path = ''
as $$
declare
  agent public.agents;
  known uuid;
  sentence text;
begin
  perform app.require(run.owner_id, run.key_id, 'agents:execute');
  known := app.agent_of_key(run.key_id);
  select a.* into agent from public.agents as a
  where a.id = run.agent_id and a.owner_id = run.owner_id and (known is null or a.id = known);
  if not found then
    return 'The agent is gone.';
  end if;
  perform app.startable_version(agent, run.version);
  if run.recording then
    perform app.refuse_recording(run.owner_id, run.key_id);
  end if;
  return null;
exception when others then
  if sqlstate !~ '^PT4' then
    raise;
  end if;
  get stacked diagnostics sentence = pg_exception_detail;
  return sentence;
end;
$$;
revoke execute on function app.refusal_to_begin from public, anon, authenticated, service_role;

-- Ends a run that may not begin any more. Answers whether it did.
create function app.turn_away(run public.runs) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  sentence text := app.refusal_to_begin(run);
begin
  if sentence is null then
    return false;
  end if;
  perform app.settle(run.id, 'cancelled', null,
    app.cancelled('The run may not begin any more: ' || sentence), null);
  return true;
end;
$$;
revoke execute on function app.turn_away from public, anon, authenticated, service_role;

-- Whether a user has a place for one more run, those that are taken and have not begun included.
create function app.has_place_to_claim(caller uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  limits record := app.limits_of(caller);
begin
  return app.running_runs(caller) + (
    select count(*) from app.run_claims as c
    where c.owner_id = caller and c.begun_at is null and c.until > clock_timestamp()
  ) < limits.max_concurrent_runs;
end;
$$;
revoke execute on function app.has_place_to_claim from public, anon, authenticated, service_role;

-- Claims a run that was taken from the queue, or answers a null row: it is being worked on, has ended,
-- or may not begin any more. It waits for nobody, since whose turn it is is locked already. A claim
-- that ran out was an attempt.
create function app.claim_run(run_id uuid, worker text, lease interval) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  run public.runs;
begin
  select r.* into run from public.runs as r where r.id = claim_run.run_id
  for update skip locked;
  if not found and exists (select from public.runs as r where r.id = claim_run.run_id) then
    perform app.queue_delay(claim_run.run_id, clock_timestamp() + interval '1 second');
    return null;
  elsif run.status is distinct from 'queued' then
    perform app.queue_drop(claim_run.run_id);
    return null;
  elsif exists (select from app.run_claims as c where c.run_id = run.id) then
    run := app.lose(run, 'not_begun', json_build_object('kind', 'lost', 'name', 'RunLost',
      'message', 'Every worker that took the run was gone before it began.'));
  end if;
  if run.status <> 'queued' or app.turn_away(run) then
    return null;
  end if;
  insert into app.run_claims as c (run_id, owner_id, worker, attempt, until)
  values (run.id, run.owner_id, claim_run.worker, run.attempt,
    clock_timestamp() + claim_run.lease);
  return run;
end;
$$;
revoke execute on function app.claim_run from public, anon, authenticated, service_role;

-- Whose turn it is, locked until the transaction ends, as is that they are not deleted; or null. Where
-- others hold every turn there is, it waits for a moment, since they do not keep them for long, and says
-- that they are held.
create function app.next_turn(only_owner uuid, out turn uuid, out held boolean)
language plpgsql
set search_path = ''
as $$
begin
  for pause in 1..20 loop
    select t.owner_id into turn from app.queue_turns as t
    join auth.users as u on u.id = t.owner_id
    where t.next_at <= clock_timestamp()
      and (next_turn.only_owner is null or t.owner_id = next_turn.only_owner)
    order by t.served_at limit 1
    for update of t skip locked for key share of u skip locked;
    held := turn is null and exists (
      select from app.queue_turns as t where t.next_at <= clock_timestamp()
        and (next_turn.only_owner is null or t.owner_id = next_turn.only_owner));
    exit when not held;
    perform pg_sleep(0.005);
  end loop;
end;
$$;
revoke execute on function app.next_turn from public, anon, authenticated, service_role;

-- Passes over a user until a moment, and for a quarter of a second at least: what they wait for may be
-- in the hands of somebody who waits for this turn. Null: until there is a run of theirs again.
create function app.pass_over(owner_id uuid, until timestamptz) returns void
language plpgsql
set search_path = ''
as $$
begin
  if pass_over.until is null then
    delete from app.queue_turns as t where t.owner_id = pass_over.owner_id;
  else
    update app.queue_turns as t
    set next_at = greatest(pass_over.until, clock_timestamp() + interval '250 milliseconds')
    where t.owner_id = pass_over.owner_id;
  end if;
end;
$$;
revoke execute on function app.pass_over from public, anon, authenticated, service_role;

-- The next run of a user whose turn it is, claimed; or a null row. A run that turns out not to be there
-- for the taking has used up the turn like any other.
create function app.claim_of(turn uuid, worker text, lease interval) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  taken uuid;
begin
  if not app.has_cpu(turn) then
    perform app.pass_over(turn, clock_timestamp() + interval '1 minute');
    return null;
  elsif not app.has_place_to_claim(turn) then
    perform app.pass_over(turn, clock_timestamp() + interval '2 seconds');
    return null;
  end if;
  taken := app.queue_take(turn, claim_of.lease);
  if taken is null then
    perform app.pass_over(turn, app.queue_next(turn));
    return null;
  end if;
  update app.queue_turns as t set served_at = clock_timestamp() where t.owner_id = turn;
  return app.claim_run(taken, claim_of.worker, claim_of.lease);
end;
$$;
revoke execute on function app.claim_of from public, anon, authenticated, service_role;

-- The next run of whose turn it is, claimed; or a null row, and whether to look again at once: a look
-- ends after 20 turns or a tenth of a second, so that what it did is kept and whom it passed over is
-- held up by nobody's backlog.
create function app.claim_next(
  worker text, lease interval, only_owner uuid, out run public.runs, out again boolean
)
language plpgsql
set search_path = ''
as $$
declare
  until timestamptz := clock_timestamp() + interval '100 milliseconds';
  turn uuid;
begin
  for looked in 1..20 loop
    select n.turn, n.held into turn, again from app.next_turn(claim_next.only_owner) as n;
    exit when turn is null;
    run := app.claim_of(turn, claim_next.worker, claim_next.lease);
    again := run.id is null;
    exit when not again or clock_timestamp() > until;
  end loop;
end;
$$;
revoke execute on function app.claim_next from public, anon, authenticated, service_role;

create function public.claim_queued_run(
  worker text, lease_seconds int default 30, only_owner uuid default null
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  lease interval := make_interval(secs => least(greatest(lease_seconds, 1), 300));
  look record;
  run public.runs;
begin
  if claim_queued_run.worker not like 'runner:%' and app.runner_is_pulling() then
    return null;
  end if;
  look := app.claim_next(claim_queued_run.worker, lease, claim_queued_run.only_owner);
  run := look.run;
  if run.id is null then
    return case when look.again then '{"again": true}'::jsonb end;
  end if;
  return (
    select jsonb_build_object('run_id', run.id, 'claim', c.claim, 'attempt', run.attempt,
      'last_seq', (select max(e.seq) from public.run_events as e where e.run_id = run.id),
      'owner_id', run.owner_id, 'key_id', run.key_id, 'agent_name', run.agent_name,
      'version_id', run.version_id, 'version', run.version, 'recording', run.recording,
      'input', run.input::text, 'request_id', run.request_id, 'traceparent', run.traceparent,
      'source_hash', v.source_hash, 'language', v.language, 'program', v.program, 'seal', v.seal,
      'source', v.source, 'policy', v.policy)
    from app.run_claims as c
    join public.agent_versions as v on v.id = run.version_id
    where c.run_id = run.id
  );
end;
$$;
comment on function public.claim_queued_run is
  'Takes the next queued run (of one user, where only_owner is given), for whoever has waited the '
  'longest since their last: {run_id, claim, attempt, last_seq, owner_id, key_id, agent_name, '
  'version_id, version, recording, input (JSON text), request_id, traceparent, source_hash, language, '
  'program, seal, source, policy}; null if there is none, or, for whoever is no runner, while runners pull; '
  '{again: true} if there may be one and it is worth asking at once, since a call does a bounded amount '
  'of work and ends what may not begin any more. It is to begin within lease_seconds.';
revoke execute on function public.claim_queued_run from public, anon, authenticated, service_role;
grant execute on function public.claim_queued_run to service_role;
