-- What leaves a trail in the audit log: every change to agents and versions, every start and
-- cancelling of a run, every key, role, setting, limit and quarantine. Triggers, so that it holds
-- for whoever changes the row and by whatever function; what a value was and what it became is in
-- the details, as [before, after].

-- The given fields that differ between two rows, each with what it was and what it is.
create function app.changes(before jsonb, after jsonb, fields text[]) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_object_agg(c.field, jsonb_build_array(c.old, c.new)), '{}')
    from unnest(fields) as f (field)
    cross join lateral (
      select f.field, coalesce(before -> f.field, 'null') as old,
        coalesce(after -> f.field, 'null') as new
    ) as c
    where c.old <> c.new
  );
end;
$$;
revoke execute on function app.changes from public, anon, authenticated, service_role;

create function app.audit_agent() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  changed jsonb;
begin
  if tg_op = 'INSERT' then
    perform app.audit('agent.created', 'agent', new.id::text,
      jsonb_build_object('name', new.name, 'owner_id', new.owner_id));
    return null;
  elsif tg_op = 'DELETE' then
    perform app.audit('agent.deleted', 'agent', old.id::text,
      jsonb_build_object('name', old.name, 'owner_id', old.owner_id));
    return null;
  end if;
  if new.current_version <> old.current_version then
    perform app.audit('version.published', 'agent', new.id::text, jsonb_build_object(
      'name', new.name, 'version', jsonb_build_array(old.current_version, new.current_version)));
  end if;
  if new.state <> old.state then
    perform app.audit(case new.state
        when 'active' then case old.state
          when 'archived' then 'agent.unarchived' else 'agent.released' end
        else 'agent.' || new.state end,
      'agent', new.id::text, jsonb_build_object('name', new.name, 'state',
        jsonb_build_array(old.state, new.state)));
  end if;
  changed := app.changes(to_jsonb(old), to_jsonb(new), array['name', 'owner_id']);
  if changed <> '{}' or new.description <> old.description then
    perform app.audit('agent.updated', 'agent', new.id::text,
      changed || jsonb_build_object('description', new.description <> old.description));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_agent from public, anon, authenticated, service_role;

create trigger audit_agent after insert or update or delete on public.agents
for each row execute function app.audit_agent();

create function app.audit_version() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit('version.created', 'version', new.id::text, jsonb_build_object(
    'agent_id', new.agent_id, 'version', new.version, 'language', new.language,
    'source_hash', new.source_hash, 'published', new.published_at is not null,
    'policy_hash', new.policy_hash, 'approval', new.approval));
  return null;
end;
$$;
revoke execute on function app.audit_version from public, anon, authenticated, service_role;

create trigger audit_version after insert on public.agent_versions
for each row execute function app.audit_version();

create function app.audit_approval() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit('version.approved', 'version', new.id::text, jsonb_build_object(
    'agent_id', new.agent_id, 'version', new.version,
    'policy_hash', new.policy_hash));
  return null;
end;
$$;
revoke execute on function app.audit_approval from public, anon, authenticated, service_role;

create trigger audit_approval after update of approval on public.agent_versions
for each row when (old.approval <> new.approval)
execute function app.audit_approval();

-- What a run was allowed: the SHA-256, in hex, of the UTF-8 text of the JSON array without spaces
-- [engine, limits, policy_hash, layer, layer, …], where limits is the text of the column.
create function app.policy_hash(run public.runs) returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    array_to_json(array[run.engine, run.limits::text, run.policy_hash]
      || run.layers)::text, 'UTF8')), 'hex');
end;
$$;
revoke execute on function app.policy_hash from public, anon, authenticated, service_role;

-- A run is queued and started by the service for its owner, so the row says who it is. That it is to
-- stop is asked by a caller: its owner, or an admin with a quarantine.
create function app.audit_run() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if new.status = 'queued' and new.cancel_requested_at is null then
    perform app.audit('run.queued', 'run', new.id::text, jsonb_build_object(
        'agent', new.agent_name, 'agent_id', new.agent_id, 'version', new.version,
        'trigger', new.trigger, 'attempt', new.attempt)
        || case when new.trigger_id is not null
          then jsonb_build_object('trigger_id', new.trigger_id) else '{}' end,
      new.owner_id, new.key_id);
  elsif new.status = 'running' and new.cancel_requested_at is null then
    perform app.audit('run.started', 'run', new.id::text, jsonb_build_object(
        'agent', new.agent_name, 'agent_id', new.agent_id, 'version', new.version,
        'engine', new.engine) || case when new.recording then '{"recording": true}' else '{}' end::jsonb,
      new.owner_id, new.key_id, app.policy_hash(new));
  else
    perform app.audit('run.cancel_requested', 'run', new.id::text,
      jsonb_build_object('agent', new.agent_name, 'agent_id', new.agent_id));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_run from public, anon, authenticated, service_role;

create trigger audit_run_start after insert on public.runs
for each row execute function app.audit_run();
create trigger audit_run_step after update of status on public.runs
for each row when (new.status <> old.status and new.status in ('queued', 'running'))
execute function app.audit_run();
create trigger audit_run_cancel after update of cancel_requested_at on public.runs
for each row when (old.cancel_requested_at is null and new.cancel_requested_at is not null)
execute function app.audit_run();

create function app.audit_key() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  changed jsonb;
begin
  if tg_op <> 'UPDATE' then
    perform app.audit(case tg_op when 'INSERT' then 'key.created' else 'key.deleted' end, 'key',
      coalesce(new.id, old.id)::text, jsonb_strip_nulls(
        to_jsonb(coalesce(new, old)) - 'id' - 'created_at' - 'last_used_at'));
    return null;
  end if;
  if old.revoked_at is null and new.revoked_at is not null then
    perform app.audit('key.revoked', 'key', new.id::text, jsonb_build_object('name', new.name));
  end if;
  changed := app.changes(to_jsonb(old), to_jsonb(new),
    array['owner_id', 'name', 'public_id', 'scopes', 'agent_id', 'expires_at', 'replaces']);
  if changed <> '{}' then
    perform app.audit('key.updated', 'key', new.id::text, changed);
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_key from public, anon, authenticated, service_role;

create trigger audit_key after insert or delete on public.api_keys
for each row execute function app.audit_key();
-- That a key is used changes its last_used_at alone.
create trigger audit_key_change
after update of owner_id, name, public_id, scopes, agent_id, expires_at, revoked_at, replaces
on public.api_keys
for each row execute function app.audit_key();

create function app.audit_role() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit(case tg_op when 'DELETE' then 'role.removed' else 'role.assigned' end, 'user',
    coalesce(new.user_id, old.user_id)::text,
    jsonb_build_object('role', jsonb_build_array(old.role, new.role)));
  return null;
end;
$$;
revoke execute on function app.audit_role from public, anon, authenticated, service_role;

create trigger audit_role after insert or update or delete on app.user_roles
for each row execute function app.audit_role();

create function app.audit_permission() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' then
    perform app.audit('permission.withdrawn', 'role', old.role,
      jsonb_build_object('permission', old.permission));
  end if;
  if tg_op <> 'DELETE' then
    perform app.audit('permission.granted', 'role', new.role,
      jsonb_build_object('permission', new.permission));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_permission from public, anon, authenticated, service_role;

create trigger audit_permission after insert or update or delete on app.role_permissions
for each row execute function app.audit_permission();

-- What an operator sets: all that changed. The argument is how the thing is called, and which of
-- its columns names it.
create function app.audit_setting() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  before jsonb := coalesce(to_jsonb(old), '{}') - 'tool_ceiling';
  after jsonb := coalesce(to_jsonb(new), '{}') - 'tool_ceiling';
  fields text[] := (select array_agg(field) from jsonb_object_keys(before || after) as field);
  changed jsonb := app.changes(before, after, fields);
begin
  if changed <> '{}' then
    perform app.audit(tg_argv[0] || '.changed', tg_argv[0],
      coalesce(after, before) ->> tg_argv[1], changed);
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_setting from public, anon, authenticated, service_role;

create trigger audit_setting after insert or update or delete on app.settings
for each row execute function app.audit_setting('settings');
create trigger audit_setting after insert or update or delete on app.role_limits
for each row execute function app.audit_setting('role_limits', 'role');

-- The ceiling has an entry of its own: its text, which an administrator may have written around the
-- API, with whatever numbers, and where that is long its hash alone.
create function app.audit_ceiling() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  texts text[] := array[old.tool_ceiling::text, new.tool_ceiling::text];
begin
  perform app.audit('policy.ceiling_set', 'settings', null, jsonb_build_object('policy_hash',
      jsonb_build_array(app.policy_text_hash(old.tool_ceiling), app.policy_text_hash(new.tool_ceiling)))
    || case when octet_length(array_to_string(texts, '')) <= 5000
      then jsonb_build_object('ceiling', to_jsonb(texts)) else '{}' end);
  return null;
end;
$$;
revoke execute on function app.audit_ceiling from public, anon, authenticated, service_role;

create trigger audit_ceiling after update of tool_ceiling on app.settings
for each row when (old.tool_ceiling <> new.tool_ceiling)
execute function app.audit_ceiling();

create function app.audit_quarantine() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform app.audit('quarantine.created', 'quarantine', new.id::text, jsonb_build_object(
      'kind', new.kind, 'target', new.target, 'reason', left(new.reason, 500)));
  elsif tg_op = 'DELETE' then
    perform app.audit('quarantine.deleted', 'quarantine', old.id::text,
      jsonb_build_object('kind', old.kind, 'target', old.target));
  elsif old.released_at is null and new.released_at is not null then
    perform app.audit('quarantine.released', 'quarantine', new.id::text, jsonb_build_object(
      'kind', new.kind, 'target', new.target, 'note', left(new.note, 500)));
  else
    perform app.audit('quarantine.changed', 'quarantine', new.id::text, app.changes(to_jsonb(old),
      to_jsonb(new), array(select jsonb_object_keys(to_jsonb(new)))));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_quarantine from public, anon, authenticated, service_role;

create trigger audit_quarantine after insert or update or delete on public.quarantines
for each row execute function app.audit_quarantine();
