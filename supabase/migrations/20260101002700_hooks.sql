-- Inbound hooks: somebody else's server calls an address of an agent's, and what it sends is the
-- input of a run. Who calls has no account here: they are told by a signature over what they send,
-- with a secret that only they and we know. What a caller may who made the hook, the hook may, and no
-- longer: it ends with their role, and with the API key that it was made by.

alter table app.settings
add column max_hooks int not null default 20 check (max_hooks between 0 and 1000);

create table public.hooks (
  id uuid primary key constraint hooks_id_is_uuid7 check (substr(id::text, 15, 1) = '7'),
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null references public.agents (id) on delete cascade,
  kind text not null check (kind in ('standard', 'github')),
  description text not null default '' check (length(description) <= 200),
  version int check (version >= 1),
  enabled boolean not null default true,
  secret_version int not null default 1 check (secret_version >= 1),
  key_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_used_at timestamptz
);
comment on table public.hooks is
  'Addresses by which others start runs of an agent. Without a version it is the published one that '
  'runs. key_id is the API key that it was made, changed or given its secret by: with that it ends. '
  'last_used_at is true to the minute.';
create index hooks_owner_id_idx on public.hooks (owner_id);
create index hooks_agent_id_idx on public.hooks (agent_id, id desc);

create table app.hook_deliveries (
  hook_id uuid not null references public.hooks (id) on delete cascade,
  mark text not null check (length(mark) between 1 and 300),
  run_id uuid not null,
  at timestamptz not null default now(),
  primary key (hook_id, mark)
);
comment on table app.hook_deliveries is
  'What a hook was sent, by what tells one delivery from another: it starts one run, however often '
  'it comes. run_id is a record, not a reference.';
create index hook_deliveries_at_idx on app.hook_deliveries (at);
revoke all on table app.hook_deliveries from public, anon, authenticated, service_role;

-- The agent that the caller may have started by others, locked until the transaction ends.
create function app.triggered_agent(name text) returns public.agents
language plpgsql
set search_path = ''
as $$
begin
  perform app.require('agents:write');
  perform app.require('agents:execute');
  return app.own_agent(triggered_agent.name);
end;
$$;
revoke execute on function app.triggered_agent from public, anon, authenticated, service_role;

-- What a key knows of a trigger, or put into it, lasts no longer than the key: another key that changed
-- it would give it rights of its own.
create function app.refuse_others_key(key_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if refuse_others_key.key_id <> app.key_id() then
    perform app.refuse(409, 'made_by_other_key', 'Another API key made this, or changed it last: a '
      'person may change it, and this key may end it and make its own.');
  end if;
end;
$$;
revoke execute on function app.refuse_others_key from public, anon, authenticated, service_role;

-- What starts runs, or is told of them, outlives the session that made it. What a key made ends with the
-- key; a program that came by OAuth has nothing that it could end with when its consent is taken back.
create function app.refuse_programs() returns void
language plpgsql
set search_path = ''
as $$
begin
  if not (app.is_person() or app.key_id() is not null) then
    perform app.refuse(403, 'forbidden', 'A program that came by OAuth makes nothing that would go on '
      'without it: a person does, or an API key.');
  end if;
end;
$$;
revoke execute on function app.refuse_programs from public, anon, authenticated, service_role;

create function app.own_hook(agent public.agents, hook_id uuid) returns public.hooks
language plpgsql
set search_path = ''
as $$
declare
  hook public.hooks;
begin
  select h.* into hook from public.hooks as h
  where h.id = own_hook.hook_id and h.agent_id = agent.id
  for update;
  if not found then
    perform app.refuse(404, 'not_found', 'This agent has no such hook.');
  end if;
  return hook;
end;
$$;
revoke execute on function app.own_hook from public, anon, authenticated, service_role;

create function app.refuse_hook_version(agent public.agents, version int) returns void
language plpgsql
set search_path = ''
as $$
begin
  if refuse_hook_version.version is not null and not exists (
    select from public.agent_versions as v
    where v.agent_id = agent.id and v.version = refuse_hook_version.version
  ) then
    perform app.refuse(404, 'not_found', 'This agent has no such version.');
  end if;
end;
$$;
revoke execute on function app.refuse_hook_version from public, anon, authenticated, service_role;

create function app.create_hook(
  agent_name text, hook_id uuid, kind text, secret_id uuid, kid text, sealed text,
  description text, version int
) returns setof public.hooks
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  agent public.agents := app.triggered_agent(create_hook.agent_name);
  hook public.hooks;
begin
  perform app.refuse_programs();
  perform app.refuse_direct();
  perform app.refuse_hook_version(agent, create_hook.version);
  if create_hook.kind is null or create_hook.kind not in ('standard', 'github')
    or create_hook.hook_id is null
    or exists (select from public.hooks as h where h.id = create_hook.hook_id) then
    perform app.refuse(400, 'invalid_request', 'A hook has a new id, and is standard or github.');
  end if;
  if (select count(*) from public.hooks as h where h.agent_id = agent.id)
    >= (select s.max_hooks from app.settings as s) then
    perform app.refuse(409, 'too_many_hooks', 'This agent has as many hooks as it may have.');
  end if;
  insert into public.hooks (id, owner_id, agent_id, kind, description, version, key_id)
  values (create_hook.hook_id, agent.owner_id, agent.id, create_hook.kind,
    create_hook.description, create_hook.version, app.key_id())
  returning * into hook;
  perform app.keep_signing(create_hook.secret_id, agent, 'hook.' || hook.id, 1,
    create_hook.kid, create_hook.sealed);
  return next hook;
end;
$$;
revoke execute on function app.create_hook from public, anon, authenticated, service_role;
grant execute on function app.create_hook to authenticated;

create function public.create_hook(
  agent_name text, hook_id uuid, kind text, secret_id uuid, kid text, sealed text,
  description text default '', version int default null
) returns setof public.hooks
language sql rows 1
set search_path = ''
as $$
  select * from app.create_hook(create_hook.agent_name, create_hook.hook_id, create_hook.kind,
    create_hook.secret_id, create_hook.kid, create_hook.sealed, create_hook.description,
    create_hook.version);
$$;
comment on function public.create_hook is
  'Makes an address by which others start runs of an agent, with its locked secret. Errors: '
  'forbidden, not_found (the agent, the version), agent_quarantined, too_many_hooks, '
  'invalid_request.';
revoke execute on function public.create_hook from public, anon, authenticated, service_role;
grant execute on function public.create_hook to authenticated;

-- A secret goes with what it is for. Definer, because hooks also go when Auth deletes their owner.
create function app.forget_signing() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from app.signing_secrets as g where g.subject = tg_argv[0] || '.' || old.id;
  return null;
end;
$$;
revoke execute on function app.forget_signing from public, anon, authenticated, service_role;

create trigger forget_signing after delete on public.hooks
for each row execute function app.forget_signing('hook');

create function app.audit_hook() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    perform app.audit(
      case when new.secret_version > old.secret_version then 'hook.rotated' else 'hook.changed' end,
      'hook', new.id::text, jsonb_build_object('agent_id', new.agent_id) || app.changes(
        to_jsonb(old), to_jsonb(new), array['enabled', 'description', 'version', 'secret_version', 'key_id']));
  else
    perform app.audit(case tg_op when 'INSERT' then 'hook.created' else 'hook.deleted' end,
      'hook', coalesce(new.id, old.id)::text, jsonb_strip_nulls(
        to_jsonb(coalesce(new, old)) - 'id' - 'created_at' - 'updated_at' - 'last_used_at'));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_hook from public, anon, authenticated, service_role;

create trigger audit_hook after insert or delete on public.hooks
for each row execute function app.audit_hook();
create trigger audit_hook_change
after update of enabled, description, version, secret_version, key_id on public.hooks
for each row when ((old.enabled, old.description, old.version, old.secret_version, old.key_id)
  is distinct from (new.enabled, new.description, new.version, new.secret_version, new.key_id))
execute function app.audit_hook();

revoke all on table public.hooks from public, anon, authenticated, service_role;
grant select on table public.hooks to authenticated;
alter table public.hooks enable row level security;

create policy "owners who may read see their hooks, and never a secret"
on public.hooks for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('agents:read'))
  and coalesce(agent_id = (select app.key_agent()), true)
);
