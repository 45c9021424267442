-- What a runner says: every function asks first whether it still may, and then whether the run is
-- its own. Somebody else's run, one that was given to another meanwhile and one that never was are
-- the same: not there.

create function public.authenticate_runner(public_id text, secret_hash text) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  runner public.runners;
begin
  select r.* into runner from public.runners as r
  join app.runner_secrets as s on s.runner_id = r.id
  where r.public_id = authenticate_runner.public_id
    and encode(s.secret_hash, 'hex') = authenticate_runner.secret_hash;
  if not found then
    perform app.refuse(401, 'key_invalid', 'There is no runner with this key.');
  elsif runner.revoked_at is not null then
    perform app.refuse(401, 'key_revoked', 'This runner''s key has been revoked.');
  end if;
  return runner.id;
end;
$$;
comment on function public.authenticate_runner is
  'The runner whose key it is. secret_hash is the SHA-256 of its secret, in hex. Errors: key_invalid, '
  'key_revoked.';
revoke execute on function public.authenticate_runner from public, anon, authenticated, service_role;
grant execute on function public.authenticate_runner to service_role;

-- Lets a runner act until the transaction ends: who revokes it waits for that, and nobody acts
-- after.
create function app.act_as_runner(runner_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  runner public.runners;
begin
  perform app.share_turn('runner.' || act_as_runner.runner_id);
  select r.* into runner from public.runners as r where r.id = act_as_runner.runner_id;
  if not found then
    perform app.refuse(401, 'key_invalid', 'There is no runner with this key.');
  elsif runner.revoked_at is not null then
    perform app.refuse(401, 'key_revoked', 'This runner''s key has been revoked.');
  elsif runner.last_seen_at > clock_timestamp() - interval '5 seconds' then
    return;
  end if;
  update public.runners as r set last_seen_at = clock_timestamp()
  where r.id in (
    select s.id from public.runners as s where s.id = runner.id for no key update skip locked);
end;
$$;
revoke execute on function app.act_as_runner from public, anon, authenticated, service_role;

-- What a runner was given, as long as nobody else was given it since.
create function app.claim_of_runner(runner_id uuid, run_id uuid, claim uuid)
returns app.run_claims
language plpgsql
set search_path = ''
as $$
declare
  held app.run_claims;
begin
  perform app.act_as_runner(claim_of_runner.runner_id);
  select c.* into held from app.run_claims as c
  where c.run_id = claim_of_runner.run_id and c.claim = claim_of_runner.claim
    and c.worker = 'runner:' || claim_of_runner.runner_id;
  if not found then
    perform app.refuse(404, 'not_found', 'This runner has no such run.');
  end if;
  return held;
end;
$$;
revoke execute on function app.claim_of_runner from public, anon, authenticated, service_role;

create function public.runner_claim_run(runner_id uuid, lease_seconds int default 30) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.act_as_runner(runner_claim_run.runner_id);
  return public.claim_queued_run('runner:' || runner_claim_run.runner_id,
    runner_claim_run.lease_seconds);
end;
$$;
comment on function public.runner_claim_run is
  'What claim_queued_run() gives, for a runner: from here on the run is its own. Errors: key_invalid, '
  'key_revoked.';
revoke execute on function public.runner_claim_run from public, anon, authenticated, service_role;
grant execute on function public.runner_claim_run to service_role;

-- What the program is, and what it is given, leaves the database only for a run that has begun.
create function public.runner_begin_run(
  runner_id uuid, run_id uuid, claim uuid, engine text, layers text[], limits text, wall_ms int
) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  held app.run_claims :=
    app.claim_of_runner(runner_begin_run.runner_id, runner_begin_run.run_id, runner_begin_run.claim);
  run public.runs;
  chosen public.agent_versions;
begin
  select * into run from public.begin_queued_run(held.run_id, held.claim, runner_begin_run.engine,
    runner_begin_run.layers, runner_begin_run.limits, runner_begin_run.wall_ms);
  if run.status is distinct from 'running' then
    return json_build_object('status', run.status);
  end if;
  select v.* into chosen from public.agent_versions as v where v.id = run.version_id;
  return json_build_object('status', run.status, 'version_id', run.version_id,
    'agent', run.agent_name, 'version', run.version, 'started_at', run.started_at,
    'last_seq', (select max(e.seq) from public.run_events as e where e.run_id = run.id),
    'input', run.input::text, 'source_hash', chosen.source_hash, 'language', chosen.language,
    'program', chosen.program, 'seal', chosen.seal, 'source', chosen.source);
end;
$$;
comment on function public.runner_begin_run is
  'What begin_queued_run() does, for a runner''s own run. {status} alone where the run may not begin; '
  'else with its input, its version and the number of its last event. Errors: key_invalid, '
  'key_revoked, not_found, and those of begin_queued_run().';
revoke execute on function public.runner_begin_run from public, anon, authenticated, service_role;
grant execute on function public.runner_begin_run to service_role;

create function public.runner_append_events(
  runner_id uuid, run_id uuid, claim uuid, events text
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  held app.run_claims := app.claim_of_runner(
    runner_append_events.runner_id, runner_append_events.run_id, runner_append_events.claim);
begin
  return public.append_run_events(held.run_id, runner_append_events.events, held.attempt);
end;
$$;
comment on function public.runner_append_events is
  'What append_run_events() does, for a runner''s own run. Errors: key_invalid, key_revoked, not_found '
  '(also of a run that was given to another meanwhile), invalid_request.';
revoke execute on function public.runner_append_events from public, anon, authenticated, service_role;
grant execute on function public.runner_append_events to service_role;

create function public.runner_settle_run(
  runner_id uuid, run_id uuid, claim uuid, ending text, events text default '[]'
) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  held app.run_claims := app.claim_of_runner(
    runner_settle_run.runner_id, runner_settle_run.run_id, runner_settle_run.claim);
  run public.runs;
begin
  select * into run from public.settle_run(
    held.run_id, runner_settle_run.ending, runner_settle_run.events, held.attempt);
  return json_build_object('status', run.status, 'ended_at', run.ended_at);
end;
$$;
comment on function public.runner_settle_run is
  'What settle_run() does, for a runner''s own run: {status, ended_at} as they then are, null of a run '
  'whose owner is gone. Errors: key_invalid, key_revoked, not_found (also of a run that was given to '
  'another meanwhile), invalid_request.';
revoke execute on function public.runner_settle_run from public, anon, authenticated, service_role;
grant execute on function public.runner_settle_run to service_role;

-- What has begun, and cannot go on, is lost for this attempt.
create function public.runner_release_run(
  runner_id uuid, run_id uuid, claim uuid, delay_ms int, reason text
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  held app.run_claims := app.claim_of_runner(
    runner_release_run.runner_id, runner_release_run.run_id, runner_release_run.claim);
begin
  perform public.release_queued_run(
    held.run_id, held.claim, runner_release_run.delay_ms, runner_release_run.reason);
  perform public.settle_run(held.run_id, json_build_object('status', 'lost', 'error',
    json_build_object('kind', 'lost', 'name', 'RunLost',
      'message', 'The runner could not go on.')::text)::text, attempt => held.attempt);
end;
$$;
comment on function public.runner_release_run is
  'Gives back a runner''s own run: what has not begun is taken by somebody else after delay_ms, and is '
  'no attempt; what has begun is lost, and so tried again. Errors: key_invalid, key_revoked, not_found, '
  'claim_lost.';
revoke execute on function public.runner_release_run from public, anon, authenticated, service_role;
grant execute on function public.runner_release_run to service_role;
