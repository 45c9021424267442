-- How a hook changes, gets its next secret, and ends. An API key that changes one that no
-- other key has makes it its own: what it had done lasts no longer than the key. A person who gives
-- it a secret takes it back.

-- What a secret has to be bound to before it is locked: of a new hook, or of one that is there.
create function app.draft_hook(agent_name text, hook_id uuid) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.agents := app.triggered_agent(draft_hook.agent_name);
  hook public.hooks;
begin
  if draft_hook.hook_id is null then
    return json_build_object('id', app.uuid7(), 'agent_id', agent.id, 'version', 1);
  end if;
  hook := app.own_hook(agent, draft_hook.hook_id);
  return json_build_object('id', hook.id, 'agent_id', agent.id,
    'version', hook.secret_version + 1, 'kind', hook.kind);
end;
$$;
revoke execute on function app.draft_hook from public, anon, authenticated, service_role;
grant execute on function app.draft_hook to authenticated;

create function public.draft_hook(agent_name text, hook_id uuid default null) returns json
language sql
set search_path = ''
as $$
  select app.draft_hook(draft_hook.agent_name, draft_hook.hook_id);
$$;
comment on function public.draft_hook is
  'What the next secret of a hook is bound to: {id, agent_id, version, kind}; a new id where '
  'none is named. Errors: forbidden, not_found, agent_quarantined.';
revoke execute on function public.draft_hook from public, anon, authenticated, service_role;
grant execute on function public.draft_hook to authenticated;

create function app.change_hook(
  agent_name text, hook_id uuid, enabled boolean, description text, version int
) returns setof public.hooks
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.triggered_agent(change_hook.agent_name);
  hook public.hooks := app.own_hook(agent, change_hook.hook_id);
begin
  perform app.refuse_programs();
  perform app.refuse_others_key(hook.key_id);
  perform app.refuse_hook_version(agent, nullif(change_hook.version, 0));
  return query
  update public.hooks as h set
    enabled = coalesce(change_hook.enabled, h.enabled),
    description = coalesce(change_hook.description, h.description),
    version = nullif(coalesce(change_hook.version, h.version), 0),
    key_id = coalesce(app.key_id(), h.key_id),
    updated_at = now()
  where h.id = hook.id
  returning h.*;
end;
$$;
revoke execute on function app.change_hook from public, anon, authenticated, service_role;
grant execute on function app.change_hook to authenticated;

create function public.change_hook(
  agent_name text, hook_id uuid, enabled boolean default null, description text default null,
  version int default null
) returns setof public.hooks
language sql rows 1
set search_path = ''
as $$
  select * from app.change_hook(change_hook.agent_name, change_hook.hook_id, change_hook.enabled,
    change_hook.description, change_hook.version);
$$;
comment on function public.change_hook is
  'Changes a hook. What is null stays; version 0 is the published one. Errors: forbidden, '
  'not_found, agent_quarantined, made_by_other_key.';
revoke execute on function public.change_hook from public, anon, authenticated, service_role;
grant execute on function public.change_hook to authenticated;

create function app.rotate_hook(
  agent_name text, hook_id uuid, version int, secret_id uuid, kid text, sealed text,
  overlap_s int
) returns setof public.hooks
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.triggered_agent(rotate_hook.agent_name);
  hook public.hooks := app.own_hook(agent, rotate_hook.hook_id);
  subject text := 'hook.' || hook.id;
begin
  perform app.refuse_programs();
  perform app.refuse_direct();
  perform app.refuse_others_key(hook.key_id);
  if rotate_hook.version is distinct from hook.secret_version + 1 then
    perform app.refuse(409, 'secret_changed', 'The secret was changed meanwhile.');
  end if;
  perform app.outlive_signing(subject, rotate_hook.overlap_s, hook.key_id);
  perform app.keep_signing(rotate_hook.secret_id, agent, subject, rotate_hook.version,
    rotate_hook.kid, rotate_hook.sealed);
  return query
  update public.hooks as h set secret_version = rotate_hook.version, key_id = app.key_id(),
    updated_at = now()
  where h.id = hook.id
  returning h.*;
end;
$$;
revoke execute on function app.rotate_hook from public, anon, authenticated, service_role;
grant execute on function app.rotate_hook to authenticated;

create function public.rotate_hook(
  agent_name text, hook_id uuid, version int, secret_id uuid, kid text, sealed text,
  overlap_s int default 86400
) returns setof public.hooks
language sql rows 1
set search_path = ''
as $$
  select * from app.rotate_hook(rotate_hook.agent_name, rotate_hook.hook_id, rotate_hook.version,
    rotate_hook.secret_id, rotate_hook.kid, rotate_hook.sealed, rotate_hook.overlap_s);
$$;
comment on function public.rotate_hook is
  'Gives a hook its next secret; what it had is good for overlap_s seconds more. Errors: '
  'forbidden, not_found, agent_quarantined, made_by_other_key, secret_changed, invalid_request.';
revoke execute on function public.rotate_hook from public, anon, authenticated, service_role;
grant execute on function public.rotate_hook to authenticated;

create function app.delete_hook(agent_name text, hook_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  hook public.hooks :=
    app.own_hook(app.triggered_agent(delete_hook.agent_name), delete_hook.hook_id);
begin
  delete from public.hooks as h where h.id = hook.id;
end;
$$;
revoke execute on function app.delete_hook from public, anon, authenticated, service_role;
grant execute on function app.delete_hook to authenticated;

create function public.delete_hook(agent_name text, hook_id uuid) returns void
language sql
set search_path = ''
as $$
  select app.delete_hook(delete_hook.agent_name, delete_hook.hook_id);
$$;
comment on function public.delete_hook is
  'Ends a hook and forgets its secret. Errors: forbidden, not_found, agent_quarantined.';
revoke execute on function public.delete_hook from public, anon, authenticated, service_role;
grant execute on function public.delete_hook to authenticated;
