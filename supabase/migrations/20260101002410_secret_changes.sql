-- How secrets come, change and go. The caller's rights decide; the functions send what is locked
-- already, and only they do: a value that somebody made up would never open, and would be in the way
-- of whoever changes the key.

-- Refuses who calls around the functions. Of them it is known by the mark on their requests which
-- key locks and who keeps.
create function app.refuse_direct() returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if (select c.via = 'direct' from app.request_context() as c) then
    perform app.refuse(403, 'forbidden', 'A value is kept through the API, which locks it.');
  end if;
end;
$$;
revoke execute on function app.refuse_direct from public, anon, authenticated, service_role;

-- Writes the locked value of a secret: by the key kid, or into Vault where that is "vault".
create function app.keep_value(secret public.secrets, kid text, sealed text) returns void
language plpgsql
set search_path = ''
as $$
declare
  kept uuid;
  in_vault boolean := keep_value.kid = 'vault';
begin
  if not coalesce(keep_value.kid ~ '^[a-z][a-z0-9_-]{0,31}$'
    and octet_length(keep_value.sealed) between 1 and 16384, false) then
    perform app.refuse(400, 'invalid_request', 'A value comes locked, with the name of the key.');
  end if;
  if in_vault then
    select v.vault_id into kept from app.secret_values as v where v.secret_id = secret.id;
    kept := app.vault_keep(kept, secret.id, keep_value.sealed);
  end if;
  insert into app.secret_values as v (secret_id, version, kid, sealed, vault_id)
  values (secret.id, secret.version, keep_value.kid,
    case when not in_vault then keep_value.sealed end, kept)
  on conflict (secret_id) do update set version = excluded.version, kid = excluded.kid,
    sealed = excluded.sealed, vault_id = excluded.vault_id, unopened_at = null;
end;
$$;
revoke execute on function app.keep_value from public, anon, authenticated, service_role;

-- The caller's own secret to change, locked until the transaction ends. Somebody else's, and one
-- that the caller's key does not know, cannot be told from one that does not exist.
create function app.own_secret(secret_id uuid) returns public.secrets
language plpgsql
set search_path = ''
as $$
declare
  secret public.secrets;
  known uuid := app.key_agent();
begin
  perform app.require('secrets:manage');
  select s.* into secret from public.secrets as s
  where s.id = own_secret.secret_id and s.owner_id = (select auth.uid())
    and (known is null or s.agent_id is not distinct from known)
  for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such secret.');
  end if;
  return secret;
end;
$$;
revoke execute on function app.own_secret from public, anon, authenticated, service_role;

-- Refuses an agent that is not there for the caller to keep secrets for. A key that knows one agent
-- says nothing to the others, so it makes none for all of them.
create function app.refuse_secret_agent(agent_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  known uuid := app.key_agent();
begin
  if refuse_secret_agent.agent_id is null then
    if known is not null then
      perform app.refuse(403, 'forbidden', 'A key of one agent makes secrets for that agent only.');
    end if;
    return;
  end if;
  perform from public.agents as a
  where a.id = refuse_secret_agent.agent_id and a.owner_id = (select auth.uid())
    and (known is null or a.id = known)
  for key share;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
end;
$$;
revoke execute on function app.refuse_secret_agent from public, anon, authenticated, service_role;

-- What the value of a new secret has to be bound to before there is a row.
create function app.draft_secret(agent_name text) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  agent_id uuid;
begin
  perform app.require('secrets:manage');
  if draft_secret.agent_name is not null then
    agent_id := coalesce((select a.id from public.agents as a
      where a.owner_id = (select auth.uid()) and a.name = draft_secret.agent_name),
      '00000000-0000-0000-0000-000000000000');
  end if;
  perform app.refuse_secret_agent(agent_id);
  return json_build_object('id', app.uuid7(), 'agent_id', agent_id);
end;
$$;
revoke execute on function app.draft_secret from public, anon, authenticated, service_role;
grant execute on function app.draft_secret to authenticated;

create function public.draft_secret(agent_name text default null) returns json
language sql
set search_path = ''
as $$
  select app.draft_secret(draft_secret.agent_name);
$$;
comment on function public.draft_secret is
  'The id that a new secret gets, and that of its agent where one is named: {id, agent_id}. Errors: '
  'forbidden, not_found (the agent).';
revoke execute on function public.draft_secret from public, anon, authenticated, service_role;
grant execute on function public.draft_secret to authenticated;

create function app.refuse_terms(hosts text[], expires_at timestamptz) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not coalesce(app.are_secret_hosts(refuse_terms.hosts), false) then
    perform app.refuse(400, 'invalid_request', 'A secret is for 1 to 10 hosts, such as '
      'api.example.com or *.example.com.');
  end if;
  if refuse_terms.expires_at <= now() or not isfinite(refuse_terms.expires_at) then
    perform app.refuse(400, 'invalid_request', 'A secret expires, if it does, in the future.');
  end if;
end;
$$;
revoke execute on function app.refuse_terms from public, anon, authenticated, service_role;

-- Takes turns with all who make secrets for this user, so that no two find the last place, or the
-- same name.
create function app.refuse_more_secrets(draft public.secrets) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform app.take_turn('secrets', draft.owner_id);
  if exists (
    select from public.secrets as s where s.owner_id = draft.owner_id
      and s.agent_id is not distinct from draft.agent_id and s.name = draft.name
  ) then
    perform app.refuse(409, 'secret_taken', 'There is a secret of this name already.');
  end if;
  if (select count(*) from public.secrets as s where s.owner_id = draft.owner_id)
    >= (select settings.max_secrets from app.settings) then
    perform app.refuse(409, 'too_many_secrets', 'You have as many secrets as you may have.');
  end if;
end;
$$;
revoke execute on function app.refuse_more_secrets from public, anon, authenticated, service_role;

create function app.create_secret(
  secret_id uuid, name text, hosts text[], kid text, sealed text, agent_id uuid,
  expires_at timestamptz
) returns setof public.secrets
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  draft public.secrets;
begin
  perform app.require('secrets:manage');
  perform app.refuse_direct();
  if create_secret.secret_id is null
    or not coalesce(create_secret.name ~ '^[A-Z][A-Z0-9_]{0,63}$', false)
    or exists (select from public.secrets as s where s.id = create_secret.secret_id) then
    perform app.refuse(400, 'invalid_request', 'A secret has a new id and a name such as API_KEY.');
  end if;
  perform app.refuse_terms(create_secret.hosts, create_secret.expires_at);
  draft.owner_id := (select auth.uid());
  draft.agent_id := create_secret.agent_id;
  draft.name := create_secret.name;
  perform app.refuse_secret_agent(draft.agent_id);
  perform app.refuse_more_secrets(draft);
  insert into public.secrets (id, owner_id, agent_id, name, hosts, expires_at)
  values (create_secret.secret_id, draft.owner_id, draft.agent_id, draft.name,
    create_secret.hosts, create_secret.expires_at)
  returning * into draft;
  perform app.keep_value(draft, create_secret.kid, create_secret.sealed);
  return next draft;
end;
$$;
revoke execute on function app.create_secret from public, anon, authenticated, service_role;
grant execute on function app.create_secret to authenticated;

create function public.create_secret(
  secret_id uuid, name text, hosts text[], kid text, sealed text, agent_id uuid default null,
  expires_at timestamptz default null
) returns setof public.secrets
language sql rows 1
set search_path = ''
as $$
  select * from app.create_secret(create_secret.secret_id, create_secret.name, create_secret.hosts,
    create_secret.kid, create_secret.sealed, create_secret.agent_id, create_secret.expires_at);
$$;
comment on function public.create_secret is
  'Keeps a secret of the caller''s, for one agent where one is named. sealed is its value as the '
  'functions locked it for this id; they alone may call this. Errors: forbidden, '
  'not_found (the agent), secret_taken, too_many_secrets, secrets_unavailable, invalid_request.';
revoke execute on function public.create_secret from public, anon, authenticated, service_role;
grant execute on function public.create_secret to authenticated;

create function app.replace_secret(
  secret_id uuid, version int, hosts text[], kid text, sealed text, expires_at timestamptz
) returns setof public.secrets
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  secret public.secrets := app.own_secret(replace_secret.secret_id);
begin
  perform app.refuse_direct();
  perform app.refuse_terms(replace_secret.hosts, replace_secret.expires_at);
  if replace_secret.version is distinct from secret.version + 1 then
    perform app.refuse(409, 'secret_changed', 'The secret was changed meanwhile.');
  end if;
  update public.secrets as s set version = replace_secret.version, hosts = replace_secret.hosts,
    expires_at = replace_secret.expires_at, updated_at = now(), last_used_at = null
  where s.id = secret.id
  returning s.* into secret;
  perform app.keep_value(secret, replace_secret.kid, replace_secret.sealed);
  return next secret;
end;
$$;
revoke execute on function app.replace_secret from public, anon, authenticated, service_role;
grant execute on function app.replace_secret to authenticated;

create function public.replace_secret(
  secret_id uuid, version int, hosts text[], kid text, sealed text,
  expires_at timestamptz default null
) returns setof public.secrets
language sql rows 1
set search_path = ''
as $$
  select * from app.replace_secret(replace_secret.secret_id, replace_secret.version,
    replace_secret.hosts, replace_secret.kid, replace_secret.sealed, replace_secret.expires_at);
$$;
comment on function public.replace_secret is
  'Gives a secret of the caller''s its next version: a value, hosts and an expiry. The functions '
  'alone may call this. Errors: '
  'forbidden, not_found, secret_changed (version is not the next), secrets_unavailable, '
  'invalid_request.';
revoke execute on function public.replace_secret from public, anon, authenticated, service_role;
grant execute on function public.replace_secret to authenticated;

create function app.delete_secret(secret_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  secret public.secrets := app.own_secret(delete_secret.secret_id);
begin
  delete from public.secrets as s where s.id = secret.id;
end;
$$;
revoke execute on function app.delete_secret from public, anon, authenticated, service_role;
grant execute on function app.delete_secret to authenticated;

create function public.delete_secret(secret_id uuid) returns void
language sql
set search_path = ''
as $$
  select app.delete_secret(delete_secret.secret_id);
$$;
comment on function public.delete_secret is
  'Forgets a secret of the caller''s, with its value. Errors: forbidden, not_found.';
revoke execute on function public.delete_secret from public, anon, authenticated, service_role;
grant execute on function public.delete_secret to authenticated;
