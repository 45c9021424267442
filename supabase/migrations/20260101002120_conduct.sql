-- How a call begins and ends: the only three functions that the function `tools` calls for it. Begun
-- is only what was covered, has room in its budgets, is of a run that goes on, and was approved where
-- a person is asked.

-- The run that a call is for, locked, so that neither its end nor another call comes in between.
create function app.calling_run(run_id uuid, attempt int) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  run public.runs;
begin
  select r.* into run from public.runs as r where r.id = calling_run.run_id for no key update;
  if not found or run.status <> 'running' or run.attempt is distinct from calling_run.attempt
    or run.cancel_requested_at is not null
    or app.is_overdue(run) then
    perform app.refuse(409, 'run_ended', 'The run has ended.');
  end if;
  return run;
end;
$$;
revoke execute on function app.calling_run from public, anon, authenticated, service_role;

-- A call as it is once its budgets were asked: begun, or denied.
create function app.admit_call(call public.tool_calls, budgets text) returns public.tool_calls
language plpgsql
set search_path = ''
as $$
declare
  amounts app.amount[] := app.read_amounts(call, admit_call.budgets);
  lacking jsonb := app.reserve(amounts);
begin
  if lacking is not null then
    call.verdict := 'denied';
    call.reason := 'budget_spent';
    call.reserved := jsonb_build_array(lacking);
    call.ended_at := clock_timestamp();
    return call;
  end if;
  call.begun_at := clock_timestamp();
  call.reserved := coalesce((
    select jsonb_agg(jsonb_build_object('scope', a.scope, 'what', a.what, 'amount', a.amount,
      'day', a.day)) from unnest(amounts) as a), '[]');
  return call;
end;
$$;
revoke execute on function app.admit_call from public, anon, authenticated, service_role;

-- Until when a person may say yes: two seconds before the run's wall clock ends at the latest, so that
-- its program still hears that nobody did.
create function app.approval_deadline(run_id uuid, seconds int) returns timestamptz
language sql
set search_path = ''
as $$
  select least(
    clock_timestamp() + make_interval(secs => least(greatest(approval_deadline.seconds, 1), 600)),
    r.deadline_at - app.grace() - interval '2 seconds')
  from public.runs as r where r.id = approval_deadline.run_id;
$$;
revoke execute on function app.approval_deadline from public, anon, authenticated, service_role;

-- Writes down a call that was not heard of before.
create function app.open_call(
  call public.tool_calls, budgets text, denied text, approval_seconds int
) returns public.tool_calls
language plpgsql
set search_path = ''
as $$
declare
  latest int := (
    select coalesce(max(c.seq), 0) from public.tool_calls as c where c.run_id = call.run_id);
begin
  if latest >= 1000 then
    perform app.refuse(429, 'tool_budget_spent', 'A run calls tools at most 1000 times.');
  end if;
  call.seq := latest + 1;
  call.created_at := clock_timestamp();
  call.reserved := '[]';
  call.bytes_in := 0;
  call.bytes_out := 0;
  if open_call.denied is not null then
    call.verdict := 'denied';
    call.reason := open_call.denied;
    call.ended_at := call.created_at;
  elsif open_call.approval_seconds is not null then
    call.verdict := 'waiting';
    call.deadline_at := app.approval_deadline(call.run_id, open_call.approval_seconds);
  else
    call.verdict := 'allowed';
    call := app.admit_call(call, open_call.budgets);
  end if;
  insert into public.tool_calls select call.*;
  return call;
end;
$$;
revoke execute on function app.open_call from public, anon, authenticated, service_role;

-- Asks again about a call that is written down already: while a person is asked, and once they said.
create function app.resume_call(call public.tool_calls, budgets text, denied text)
returns public.tool_calls
language plpgsql
set search_path = ''
as $$
begin
  if call.begun_at is not null then
    perform app.refuse(400, 'invalid_request', 'This call has begun already.');
  elsif call.ended_at is not null then
    return call;
  elsif resume_call.denied is not null then
    call.verdict := 'denied';
    call.reason := resume_call.denied;
    call.ended_at := clock_timestamp();
  elsif call.verdict = 'approved' then
    call := app.admit_call(call, resume_call.budgets);
  elsif call.deadline_at <= clock_timestamp() then
    call.verdict := 'expired';
    call.ended_at := clock_timestamp();
  else
    return call;
  end if;
  update public.tool_calls as c set verdict = call.verdict, reason = call.reason,
    reserved = call.reserved, begun_at = call.begun_at, ended_at = call.ended_at
  where c.run_id = call.run_id and c.id = call.id;
  return call;
end;
$$;
revoke execute on function app.resume_call from public, anon, authenticated, service_role;

create function public.begin_tool_call(
  run_id uuid, call_id uuid, tool text, target text, summary text, args_hash text, budgets text,
  denied text default null, approval_seconds int default null, attempt int default 1
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.runs := app.calling_run(begin_tool_call.run_id, begin_tool_call.attempt);
  call public.tool_calls;
begin
  select c.* into call from public.tool_calls as c
  where c.run_id = run.id and c.id = begin_tool_call.call_id for update;
  if not found then
    call.id := begin_tool_call.call_id;
    call.run_id := run.id;
    call.owner_id := run.owner_id;
    call.agent_id := run.agent_id;
    call.agent_name := run.agent_name;
    call.tool := begin_tool_call.tool;
    call.target := begin_tool_call.target;
    call.summary := begin_tool_call.summary::json;
    call.args_hash := begin_tool_call.args_hash;
    call := app.open_call(call, begin_tool_call.budgets, begin_tool_call.denied,
      begin_tool_call.approval_seconds);
  elsif (call.tool, call.args_hash) is distinct from
    (begin_tool_call.tool, begin_tool_call.args_hash) then
    perform app.refuse(400, 'invalid_request', 'Another call has this id.');
  else
    call := app.resume_call(call, begin_tool_call.budgets, begin_tool_call.denied);
  end if;
  return jsonb_build_object('verdict', call.verdict, 'reason', call.reason,
    'deadline_at', call.deadline_at,
    'budget', case when call.reason = 'budget_spent' then call.reserved -> 0 end);
end;
$$;
comment on function public.begin_tool_call is
  'Writes a call down before it begins and takes what it may spend, or says how it stands already: '
  '{verdict, reason, deadline_at, budget}. allowed and approved are to be performed, now; waiting is to be '
  'asked again with the same arguments; denied, refused and expired are over. budgets is a list of '
  '{scope, what, amount, most}; the first without room is told as budget, with what was spent of it. '
  'Errors: run_ended, tool_budget_spent, invalid_request.';
revoke execute on function public.begin_tool_call from public, anon, authenticated, service_role;
grant execute on function public.begin_tool_call to service_role;

create function public.end_tool_call(
  run_id uuid, call_id uuid, outcome text, bytes_in bigint, bytes_out bigint, ms int, spent text,
  reached text default null
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  call public.tool_calls;
begin
  select c.* into call from public.tool_calls as c
  where c.run_id = end_tool_call.run_id and c.id = end_tool_call.call_id for update;
  if not found or call.begun_at is null or call.ended_at is not null then
    return;
  end if;
  perform app.correct(call, end_tool_call.spent);
  update public.tool_calls as c set outcome = end_tool_call.outcome,
    bytes_in = coalesce(end_tool_call.bytes_in, 0),
    bytes_out = coalesce(end_tool_call.bytes_out, 0), ms = end_tool_call.ms,
    reached = end_tool_call.reached::jsonb,
    ended_at = clock_timestamp()
  where c.run_id = call.run_id and c.id = call.id;
end;
$$;
comment on function public.end_tool_call is
  'Says what came of a call that has begun, once. spent is a list of {scope, what, amount}: what was '
  'spent in truth, more or less than was taken for it; reached of {tool, target}: what it came to '
  'beyond its target, at most 20. Errors: invalid_request.';
revoke execute on function public.end_tool_call from public, anon, authenticated, service_role;
grant execute on function public.end_tool_call to service_role;

-- However a run ends, or an attempt of it, so do its calls: nobody is asked any more, and what they
-- took stays taken, but for what a run may spend: the next attempt begins anew.
create function app.abandon_calls() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.tool_calls as c set outcome = 'abandoned', ended_at = clock_timestamp(),
    verdict = case c.verdict when 'waiting' then 'expired' else c.verdict end
  where c.run_id = new.id and c.ended_at is null;
  delete from app.tool_budgets as b where b.scope = 'run' and b.subject = new.id;
  return null;
end;
$$;
revoke execute on function app.abandon_calls from public, anon, authenticated, service_role;

create trigger abandon_calls after update of status on public.runs
for each row when (old.status = 'running' and new.status <> 'running')
execute function app.abandon_calls();

create function public.find_tool_run(run_id uuid, attempt int default 1) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  run public.runs;
  agent public.agents;
  policy jsonb;
begin
  select r.* into run from public.runs as r where r.id = find_tool_run.run_id;
  select a.* into agent from public.agents as a where a.id = run.agent_id;
  select v.policy into policy from public.agent_versions as v
  where v.id = run.version_id and v.agent_id = agent.id and v.approval <> 'needed';
  if run.status is distinct from 'running' or run.attempt is distinct from find_tool_run.attempt
    or policy is null then
    perform app.refuse(409, 'run_ended', 'The run has ended.');
  end if;
  perform app.require(run.owner_id, run.key_id, 'agents:execute');
  perform app.refuse_quarantined(agent);
  if run.cancel_requested_at is not null or app.is_overdue(run) then
    perform app.refuse(409, 'run_ended', 'The run has ended.');
  end if;
  return jsonb_build_object('user_id', run.owner_id, 'agent_id', run.agent_id,
    'agent_name', run.agent_name, 'policy', policy, 'recording', run.recording,
    'ceiling', (select s.tool_ceiling from app.settings as s));
end;
$$;
comment on function public.find_tool_run is
  'A running attempt of a run and what its calls may: {user_id, agent_id, agent_name, policy, ceiling, '
  'recording}. Errors: run_ended, forbidden, execution_suspended, user_quarantined, '
  'key_quarantined, agent_quarantined.';
revoke execute on function public.find_tool_run from public, anon, authenticated, service_role;
grant execute on function public.find_tool_run to service_role;
