-- How a run begins: everything that may refuse it, and then its row and its first event, in
-- one transaction. Starts of one user take turns, so quota and idempotency hold however many
-- calls arrive at once.

-- The caller's agent, kept from being archived or deleted until the run is there. Who may not run
-- is told so before anything is looked for; somebody else's agent, and one that the caller's key
-- does not know, is not there.
create function app.startable_agent(caller uuid, key_id uuid, name text) returns public.agents
language plpgsql
set search_path = ''
as $$
declare
  agent public.agents;
  known uuid := app.agent_of_key(startable_agent.key_id);
begin
  perform app.require(startable_agent.caller, startable_agent.key_id, 'agents:execute');
  -- In the order of who deletes a user: what refers to them later waits for nobody then.
  perform from auth.users as u where u.id = startable_agent.caller for key share;
  select a.* into agent from public.agents as a
  where a.owner_id = startable_agent.caller and a.name = startable_agent.name
    and (known is null or a.id = known)
  for share;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
  return agent;
end;
$$;
revoke execute on function app.startable_agent from public, anon, authenticated, service_role;

-- The version to run.
create function app.startable_version(agent public.agents, version int)
returns public.agent_versions
language plpgsql
set search_path = ''
as $$
declare
  chosen public.agent_versions;
begin
  perform app.refuse_quarantined(agent);
  if agent.state = 'archived' then
    perform app.refuse(409, 'agent_archived', 'This agent is archived.');
  end if;
  select v.* into chosen from public.agent_versions as v
  where v.agent_id = agent.id and v.version = startable_version.version;
  if not found then
    perform app.refuse(404, 'not_found', 'This agent has no such version.');
  elsif chosen.approval = 'needed' then
    perform app.refuse(409, 'version_unapproved',
      'This version is granted more than the last that could run. A person has to approve it.');
  end if;
  return chosen;
end;
$$;
revoke execute on function app.startable_version from public, anon, authenticated, service_role;

-- A recording run may whatever the operator lets any agent do: only who could write that into the
-- agent themselves, a person, starts one.
create function app.refuse_recording(caller uuid, key_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if refuse_recording.key_id is not null then
    perform app.refuse(403, 'forbidden', 'No API key starts a run that records.');
  end if;
  perform app.require(refuse_recording.caller, null, 'agents:write');
end;
$$;
revoke execute on function app.refuse_recording from public, anon, authenticated, service_role;

-- What a run may reach for as it begins.
create function app.granted_hash(policy jsonb) returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(granted_hash.policy::text
    || (select s.tool_ceiling::text from app.settings as s), 'UTF8')), 'hex');
end;
$$;
revoke execute on function app.granted_hash from public, anon, authenticated, service_role;

-- How long an executor may take to report beside the wall clock of its run: only after it is a run
-- lost.
create function app.grace() returns interval
language sql immutable
set search_path = ''
as $$
  select interval '30 seconds';
$$;
revoke execute on function app.grace from public, anon, authenticated, service_role;

create function public.asked_grants() returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object('approval_seconds', s.tool_ceiling -> 'approval_seconds', 'grants',
    coalesce((select jsonb_agg(g.key order by g.key) from jsonb_each(s.tool_ceiling) as g
      where g.value ->> 'approval' = 'required'), '[]'))
  from app.settings as s;
$$;
comment on function public.asked_grants is
  'Of which grants each call is approved by a person, whoever was granted them: {grants, '
  'approval_seconds}, as the operator''s ceiling has it. A run that may wait is given the time.';
revoke execute on function public.asked_grants from public, anon, authenticated, service_role;
grant execute on function public.asked_grants to service_role;

-- Whether a user may have one more run under way.
create function app.has_place(caller uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  limits record := app.limits_of(caller);
begin
  return app.running_runs(caller) < limits.max_concurrent_runs;
end;
$$;
revoke execute on function app.has_place from public, anon, authenticated, service_role;

create function app.has_cpu(caller uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  limits record := app.limits_of(caller);
begin
  return app.cpu_ms_today(caller) < limits.cpu_seconds_per_day * 1000::bigint;
end;
$$;
revoke execute on function app.has_cpu from public, anon, authenticated, service_role;

create function app.refuse_without_cpu(caller uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not app.has_cpu(caller) then
    perform app.refuse(429, 'cpu_budget_spent', 'Your runs have spent the CPU time of this day.');
  end if;
end;
$$;
revoke execute on function app.refuse_without_cpu from public, anon, authenticated, service_role;

create function app.refuse_over_quota(caller uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not app.has_place(caller) then
    perform app.refuse(429, 'too_many_runs', 'You have as many runs under way as you may have.');
  end if;
  perform app.refuse_without_cpu(caller);
end;
$$;
revoke execute on function app.refuse_over_quota from public, anon, authenticated, service_role;

-- Tells of an attempt that begins.
create function app.tell_started(run public.runs) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform app.tell(run, 'run.started', run.started_at, json_build_object('agent', run.agent_name,
    'version', run.version, 'engine', run.engine, 'attempt', run.attempt));
end;
$$;
revoke execute on function app.tell_started from public, anon, authenticated, service_role;

-- Starts go on side by side, but not beside a quarantine that is being imposed: what it does not
-- see running yet, sees the quarantine.
create function public.start_run(
  run_id uuid, caller uuid, agent_name text, version int, input text, engine text, layers text[],
  limits text, wall_ms int, request_id text,
  idempotency_key text default null, request_hash text default null, program_id uuid default null,
  key_id uuid default null, recording boolean default false
) returns setof public.runs
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents;
  run public.runs;
  chosen public.agent_versions;
begin
  perform app.take_turn('runs', start_run.caller);
  agent := app.startable_agent(start_run.caller, start_run.key_id, start_run.agent_name);
  -- From here on whoever quarantines waits for this run and then stops it. After the agent, because
  -- nobody may wait for a row of their own with this turn in hand (the kill switch would wait, too),
  -- and before any run is locked, because who has the turn wants the runs.
  perform app.share_turn('quarantines');
  perform app.require(start_run.caller, start_run.key_id, 'agents:execute');
  perform app.reap(start_run.caller);
  run := app.replayed_run(start_run.caller, start_run.idempotency_key, start_run.request_hash,
    start_run.key_id);
  if run.id is not null then
    return next run;
    return;
  end if;
  if start_run.wall_ms is null or start_run.wall_ms not between 1 and 86400000 then
    perform app.refuse(400, 'invalid_request', 'wall_ms lies between 1 and 86400000.');
  end if;
  chosen := app.startable_version(agent, coalesce(start_run.version, agent.current_version));
  -- The agent may have been deleted and made again since its program was read.
  if start_run.program_id <> chosen.id then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
  if start_run.recording then
    perform app.refuse_recording(start_run.caller, start_run.key_id);
  end if;
  perform app.refuse_over_quota(start_run.caller);
  insert into public.runs (
    id, owner_id, agent_id, agent_name, version_id, version, status, input, engine, layers, limits,
    request_id, key_id, policy_hash, recording, started_at, heartbeat_at, deadline_at
  ) values (
    start_run.run_id, agent.owner_id, agent.id, agent.name, chosen.id, chosen.version, 'running',
    start_run.input::json, start_run.engine, start_run.layers, start_run.limits::json,
    start_run.request_id, start_run.key_id, app.granted_hash(chosen.policy),
    coalesce(start_run.recording, false), clock_timestamp(), clock_timestamp(),
    clock_timestamp() + start_run.wall_ms * interval '1 millisecond' + app.grace()
  ) returning * into run;
  perform app.tell_started(run);
  perform app.keep_key(run, start_run.idempotency_key, start_run.request_hash);
  return next run;
end;
$$;
comment on function public.start_run is
  'Starts a run of the caller''s agent, or answers the run that the same idempotency key started '
  '(its id differs from run_id; it may go on). Errors: not_found, forbidden, execution_suspended, '
  'user_quarantined, key_quarantined, agent_quarantined, agent_archived, version_unapproved, '
  'too_many_runs, cpu_budget_spent, idempotency_key_reused, invalid_request.';
revoke execute on function public.start_run from public, anon, authenticated, service_role;
grant execute on function public.start_run to service_role;

-- The run that a repeated request gets, before anything else of the request is looked at: what was
-- published, archived or deleted since does not change what it got, but what the caller may now
-- does.
create function public.find_replay(
  caller uuid, idempotency_key text, request_hash text, key_id uuid default null
) returns setof public.runs
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  run public.runs;
begin
  perform app.require(find_replay.caller, find_replay.key_id, 'agents:execute');
  perform app.reap(find_replay.caller);
  run := app.replayed_run(find_replay.caller, find_replay.idempotency_key, find_replay.request_hash,
    find_replay.key_id);
  if run.id is not null then
    return next run;
  end if;
end;
$$;
comment on function public.find_replay is
  'The run that the same idempotency key started, or no row. Errors: forbidden, execution_suspended, user_quarantined, key_quarantined, not_found, '
  'idempotency_key_reused.';
revoke execute on function public.find_replay from public, anon, authenticated, service_role;
grant execute on function public.find_replay to service_role;
