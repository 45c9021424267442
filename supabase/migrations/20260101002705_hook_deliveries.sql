-- What comes in by a hook. The functions ask for what its signature is checked with, check it, and
-- hand in what was sent. To who cannot sign, a hook that does not exist, one that is switched off,
-- and one whose maker may not run the agent any more are all the same.

-- The version that a hook runs, or a null row.
create function app.version_of_hook(hook public.hooks) returns public.agent_versions
language plpgsql stable
set search_path = ''
as $$
declare
  chosen public.agent_versions;
begin
  select v.* into chosen from public.agents as a
  join public.agent_versions as v on v.agent_id = a.id
    and v.version = coalesce(hook.version, a.current_version)
  where a.id = hook.agent_id;
  return chosen;
end;
$$;
revoke execute on function app.version_of_hook from public, anon, authenticated, service_role;

-- A hook that can be used, or a null row. Quarantine is told to whoever can sign: it passes.
create function app.live_hook(hook_id uuid) returns public.hooks
language plpgsql stable
set search_path = ''
as $$
declare
  hook public.hooks;
begin
  select h.* into hook from public.hooks as h where h.id = live_hook.hook_id and h.enabled;
  if app.refusal_of(hook.owner_id, hook.key_id, 'agents:execute') = 'forbidden' then
    return null;
  end if;
  return hook;
end;
$$;
revoke execute on function app.live_hook from public, anon, authenticated, service_role;

create function public.find_hook(hook_id uuid) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  hook public.hooks := app.live_hook(find_hook.hook_id);
  version public.agent_versions := app.version_of_hook(hook);
begin
  if hook.id is null or version.id is null then
    return null;
  end if;
  return json_build_object('id', hook.id, 'owner_id', hook.owner_id, 'key_id', hook.key_id,
    'agent_id', hook.agent_id, 'kind', hook.kind, 'version', version.version,
    'input_schema', version.input_schema, 'secrets', app.signing_of('hook.' || hook.id),
    'executes_per_minute', (app.limits_of(hook.owner_id)).executes_per_minute);
end;
$$;
comment on function public.find_hook is
  'A hook and what is asked of what it is sent: {id, owner_id, key_id, agent_id, kind, version, '
  'input_schema, secrets, executes_per_minute}. secrets are locked, the current one first, each as '
  'reveal_secret answers one. Null where there is none, or none that may be used.';
revoke execute on function public.find_hook from public, anon, authenticated, service_role;
grant execute on function public.find_hook to service_role;

-- Deliveries of one hook take turns, so that one that comes twice at once starts one run. The marks
-- are written last: whoever deletes the agent locks it first, and then its hooks.
create function public.accept_hook(
  hook_id uuid, marks text[], version int, input text, request_id text
) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  hook public.hooks;
  earlier uuid;
  run public.runs;
begin
  if not coalesce(cardinality(accept_hook.marks) between 1 and 4, false) then
    perform app.refuse(400, 'invalid_request', 'A delivery has 1 to 4 marks.');
  end if;
  perform app.take_turn('hook', accept_hook.hook_id);
  hook := app.live_hook(accept_hook.hook_id);
  if hook.id is null then
    perform app.refuse(401, 'signature_invalid', '');
  end if;
  select d.run_id into earlier from app.hook_deliveries as d
  where d.hook_id = hook.id and d.mark = any (accept_hook.marks)
  order by d.at limit 1;
  if found then
    return json_build_object('run_id', earlier, 'replayed', true);
  end if;
  run := app.enqueue(hook.owner_id, hook.key_id, hook.agent_id, accept_hook.version,
    accept_hook.input::json, accept_hook.request_id, 'webhook', hook.id, null);
  insert into app.hook_deliveries (hook_id, mark, run_id)
  select hook.id, mark, run.id from (select distinct unnest(accept_hook.marks)) as given (mark);
  update public.hooks as h set last_used_at = now()
  where h.id = hook.id and coalesce(h.last_used_at < now() - interval '1 minute', true);
  return json_build_object('run_id', run.id, 'replayed', false);
end;
$$;
comment on function public.accept_hook is
  'Queues a run with what a hook was sent, once for a delivery: one that has a mark of an earlier '
  'one gets the run of that. Answers {run_id, replayed}. Errors: signature_invalid where the hook is '
  'not there, and all of enqueue_run''s.';
revoke execute on function public.accept_hook from public, anon, authenticated, service_role;
grant execute on function public.accept_hook to service_role;
