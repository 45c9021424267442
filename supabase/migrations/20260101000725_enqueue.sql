-- How runs get into the queue: putting one there refuses what starting one would, but not for want of
-- a place. What is accepted is executed, whatever becomes of who accepted it.

-- Who may queue no more is told so before it is written.
create function app.refuse_full_queue(caller uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  limits record := app.limits_of(caller);
begin
  if (select count(*) from public.runs as r where r.owner_id = caller and r.status = 'queued')
    >= limits.max_queued_runs then
    perform app.refuse(429, 'queue_full', 'You have as many runs queued as you may have.');
  end if;
end;
$$;
revoke execute on function app.refuse_full_queue from public, anon, authenticated, service_role;

-- Writes a queued run: its row, its first event, its key. The rest follows by triggers.
create function app.put_run(run public.runs, idempotency_key text, request_hash text)
returns public.runs
language plpgsql
set search_path = ''
as $$
begin
  run.status := 'queued';
  run.created_at := clock_timestamp();
  run.queued_at := run.created_at;
  run.attempt := 1;
  run.recording := coalesce(run.recording, false);
  insert into public.runs select run.*;
  perform app.tell(run, 'run.queued', run.queued_at,
    json_build_object('trigger', run.trigger, 'attempt', run.attempt));
  perform app.keep_key(run, put_run.idempotency_key, put_run.request_hash);
  return run;
end;
$$;
revoke execute on function app.put_run from public, anon, authenticated, service_role;

-- Everything that may refuse a queued run of an agent that the caller of this function has locked. run
-- says what is asked for: its input, who asked and by what.
create function app.admit_run(
  agent public.agents, run public.runs, program_id uuid, idempotency_key text, request_hash text
) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  earlier public.runs := app.replayed_run(agent.owner_id, admit_run.idempotency_key,
    admit_run.request_hash, run.key_id);
  chosen public.agent_versions;
begin
  if earlier.id is not null then
    return earlier;
  end if;
  chosen := app.startable_version(agent, coalesce(run.version, agent.current_version));
  -- The agent may have been deleted and made again since its program was read.
  if admit_run.program_id <> chosen.id then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
  if run.recording then
    perform app.refuse_recording(agent.owner_id, run.key_id);
  end if;
  perform app.refuse_without_cpu(agent.owner_id);
  perform app.refuse_full_queue(agent.owner_id);
  run.owner_id := agent.owner_id;
  run.agent_id := agent.id;
  run.agent_name := agent.name;
  run.version_id := chosen.id;
  run.version := chosen.version;
  return app.put_run(run, admit_run.idempotency_key, admit_run.request_hash);
end;
$$;
revoke execute on function app.admit_run from public, anon, authenticated, service_role;

create function public.enqueue_run(
  run_id uuid, caller uuid, agent_name text, version int, input text, request_id text,
  idempotency_key text default null, request_hash text default null, program_id uuid default null,
  key_id uuid default null, recording boolean default false, trigger text default 'request',
  trigger_id uuid default null, traceparent text default null
) returns setof public.runs
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  run public.runs;
begin
  perform app.take_turn('runs', enqueue_run.caller);
  run.id := enqueue_run.run_id;
  run.version := enqueue_run.version;
  run.input := enqueue_run.input::json;
  run.request_id := enqueue_run.request_id;
  run.key_id := enqueue_run.key_id;
  run.recording := coalesce(enqueue_run.recording, false);
  run.trigger := enqueue_run.trigger;
  run.trigger_id := enqueue_run.trigger_id;
  run.traceparent := enqueue_run.traceparent;
  return next app.admit_run(
    app.startable_agent(enqueue_run.caller, enqueue_run.key_id, enqueue_run.agent_name), run,
    enqueue_run.program_id, enqueue_run.idempotency_key, enqueue_run.request_hash);
end;
$$;
comment on function public.enqueue_run is
  'Queues a run of the caller''s agent, or answers the run that the same idempotency key started (its '
  'id differs from run_id; it may go on). Errors: not_found, forbidden, execution_suspended, '
  'user_quarantined, key_quarantined, agent_quarantined, agent_archived, version_unapproved, '
  'queue_full, cpu_budget_spent, idempotency_key_reused.';
revoke execute on function public.enqueue_run from public, anon, authenticated, service_role;
grant execute on function public.enqueue_run to service_role;

-- What a trigger asks for: a run of one agent, by its id, with the rights of who made the trigger and of
-- the key they made it with. The same idempotency key of the same trigger is the same run. Whoever
-- queues for several users in one transaction does so in the order of their ids.
create function app.enqueue(
  caller uuid, key_id uuid, agent_id uuid, version int, input json, request_id text, trigger text,
  trigger_id uuid, idempotency_key text
) returns public.runs
language plpgsql
set search_path = ''
as $$
declare
  agent public.agents;
  run public.runs;
begin
  perform app.take_turn('runs', enqueue.caller);
  agent := app.startable_agent(enqueue.caller, enqueue.key_id,
    (select a.name from public.agents as a where a.id = enqueue.agent_id));
  run.id := app.uuid7();
  run.version := enqueue.version;
  run.input := enqueue.input;
  run.request_id := enqueue.request_id;
  run.key_id := enqueue.key_id;
  run.recording := false;
  run.trigger := enqueue.trigger;
  run.trigger_id := enqueue.trigger_id;
  -- With a space, which no Idempotency-Key of a request has.
  return app.admit_run(agent, run, null, enqueue.trigger || ' ' || enqueue.idempotency_key,
    coalesce(enqueue.trigger_id::text, enqueue.trigger));
end;
$$;
revoke execute on function app.enqueue from public, anon, authenticated, service_role;
