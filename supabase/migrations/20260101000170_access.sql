-- Who is calling, and whether they may. Everything that decides asks here, at the moment it
-- decides: a role taken away, a key revoked, a quarantine imposed counts from the next statement
-- on, whatever a token still says.
--
-- A caller is a user, and perhaps a key of theirs: then the token, which our own functions made,
-- names the key in the claim cloister_key. It says nothing of what the key may do.

create function app.claims() returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb;
end;
$$;
revoke execute on function app.claims from public, anon, authenticated, service_role;

-- The key that the caller's token was made for, or null for a person. A claim that names no key at
-- all is not a person's token, either: it stands for the key that nobody has.
create function app.key_id() returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  claims jsonb := app.claims();
begin
  if not claims ? 'cloister_key' then
    return null;
  end if;
  return coalesce(
    app.to_uuid(claims ->> 'cloister_key'), '00000000-0000-0000-0000-000000000000');
end;
$$;
revoke execute on function app.key_id from public, anon, authenticated, service_role;

-- Whether a person speaks for themselves: neither a key of theirs does, nor a program that they let in by
-- the OAuth server of Auth, whose tokens are sessions of the user and name the program.
create function app.is_person() returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return app.key_id() is null and not app.claims() ? 'client_id';
end;
$$;
revoke execute on function app.is_person from public, anon, authenticated, service_role;

-- A key that can be used: the user's own, neither revoked nor expired. Quarantine is asked apart.
create function app.is_live(key public.api_keys) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return key.revoked_at is null and (key.expires_at is null or key.expires_at > now());
end;
$$;
revoke execute on function app.is_live from public, anon, authenticated, service_role;

-- Which quarantine keeps a user, or their key, from what their role allows: the code, or null.
create function app.quarantine_against(user_id uuid, key_id uuid, permission text) returns text
language plpgsql stable
set search_path = ''
as $$
begin
  if not exists (select from public.quarantines as q where q.released_at is null) then
    return null; -- as nearly always, and asked with each statement
  end if;
  return (
    select case q.kind when 'everything' then 'execution_suspended'
      when 'user' then 'user_quarantined' else 'key_quarantined' end
    from public.quarantines as q
    where q.released_at is null and (
      (q.kind = 'everything'
        and quarantine_against.permission in ('agents:execute', 'agents:stream'))
      or (q.kind = 'user' and q.target = quarantine_against.user_id
        and quarantine_against.permission <> 'agents:read')
      or (q.kind = 'key' and q.target = quarantine_against.key_id))
    order by q.kind = 'everything' desc, q.kind = 'user' desc
    limit 1
  );
end;
$$;
revoke execute on function app.quarantine_against from public, anon, authenticated, service_role;

-- Whether a key's scopes allow what its owner's role does. It cannot have shown a second factor.
create function app.key_may(user_id uuid, key_id uuid, permission text) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return exists (
    select from public.api_keys as k
    where k.id = key_may.key_id and k.owner_id = key_may.user_id and app.is_live(k)
      and key_may.permission = any (k.scopes)
  ) and (key_may.permission <> 'admin'
    or not (select settings.admin_needs_aal2 from app.settings));
end;
$$;
revoke execute on function app.key_may from public, anon, authenticated, service_role;

-- Why a user, by this key where there is one, may not: the code of the refusal, or null if they
-- may. A key has what its scopes and its owner's role have in common, at this moment.
create function app.refusal_of(user_id uuid, key_id uuid, permission app.permission) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  held text := app.role_of(refusal_of.user_id);
begin
  if held is null or not exists (
    select from app.role_permissions as granted
    where granted.role = held and granted.permission = refusal_of.permission
  ) then
    return 'forbidden';
  end if;
  if refusal_of.key_id is not null
    and not app.key_may(refusal_of.user_id, refusal_of.key_id, refusal_of.permission) then
    return 'forbidden';
  end if;
  return app.quarantine_against(refusal_of.user_id, refusal_of.key_id, refusal_of.permission);
end;
$$;
revoke execute on function app.refusal_of from public, anon, authenticated, service_role;

-- Whether the session of a person's token still goes on: it ends when they sign out, long before
-- the token expires. Where another issuer signed them in, it ends with the minute of our token.
-- Plain Postgres keeps no sessions.
create function app.session_is_live() returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  claims jsonb := app.claims();
begin
  if claims ? 'cloister_issuer' or to_regclass('auth.sessions') is null then
    return true;
  end if;
  return exists (
    select from auth.sessions as s
    where s.id = app.to_uuid(claims ->> 'session_id')
      and s.user_id = (select auth.uid())
      and coalesce((to_jsonb(s) ->> 'not_after')::timestamptz > now(), true)
  );
end;
$$;
revoke execute on function app.session_is_live from public, anon, authenticated, service_role;

-- Why the caller may not, or null. What would hurt most if a token were stolen needs, of a person,
-- a session that is still open, and what is about everybody a second factor, too, where the operator
-- wants one. A key with the scope audit:read still reads: exports run without anybody. A program that
-- came by OAuth has no scopes that say what it was let in for: it does none of that.
create function app.my_refusal(permission app.permission) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  key_id uuid := app.key_id();
  code text := app.refusal_of((select auth.uid()), key_id, my_refusal.permission);
begin
  if key_id is not null
    or my_refusal.permission not in ('keys:manage', 'secrets:manage', 'audit:read', 'admin') then
    return code;
  end if;
  if code is null and not app.is_person() then
    return 'forbidden';
  end if;
  if (code is null or code = 'forbidden') and not app.session_is_live() then
    return 'session_revoked';
  end if;
  if code is null and my_refusal.permission in ('audit:read', 'admin')
    and app.claims() ->> 'aal' is distinct from 'aal2'
    and (select settings.admin_needs_aal2 from app.settings) then
    return 'mfa_required';
  end if;
  return code;
end;
$$;
revoke execute on function app.my_refusal from public, anon, authenticated, service_role;

-- The question that policies ask: (select app.can('agents:read')). Definer, because roles are
-- readable by nobody; a misspelt permission is an error, not a quiet no.
create function app.can(permission app.permission) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return app.my_refusal(can.permission) is null;
end;
$$;
revoke execute on function app.can from public, anon, authenticated, service_role;
grant execute on function app.can to authenticated;

create function app.refuse_access(code text, permission text) returns void
language plpgsql
set search_path = ''
as $$
begin
  case refuse_access.code
    when 'execution_suspended' then
      perform app.refuse(423, code, 'An administrator has suspended all execution.');
    when 'user_quarantined' then
      perform app.refuse(423, code, 'An administrator has quarantined this user.');
    when 'key_quarantined' then
      perform app.refuse(423, code, 'An administrator has quarantined this API key.');
    when 'session_revoked' then
      perform app.refuse(401, code, 'This needs a session that is still open.');
    when 'mfa_required' then
      perform app.refuse(403, code, 'This needs a session with a second factor.');
    else
      perform app.refuse(403, 'forbidden',
        format('This needs the permission %s.', refuse_access.permission));
  end case;
end;
$$;
revoke execute on function app.refuse_access from public, anon, authenticated, service_role;

-- The first line of every function that a user calls to change something.
create function app.require(permission app.permission) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  code text := app.my_refusal(require.permission);
begin
  if code is not null then
    perform app.refuse_access(code, require.permission);
  end if;
end;
$$;
revoke execute on function app.require(app.permission)
from public, anon, authenticated, service_role;

-- For what no API key may, whatever its scopes, and no program that came by OAuth: a person says so, in
-- a session that is still open.
create function app.require_person() returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not app.is_person() then
    perform app.refuse(403, 'forbidden',
      'A person has to say this: no API key may, and no program that came by OAuth.');
  elsif not app.session_is_live() then
    perform app.refuse_access('session_revoked', null);
  end if;
end;
$$;
revoke execute on function app.require_person from public, anon, authenticated, service_role;

-- What app.require(permission) asks, of a function that the service calls for a user, who is not the caller then.
create function app.require(user_id uuid, key_id uuid, permission app.permission) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  code text := app.refusal_of(require.user_id, require.key_id, require.permission);
begin
  if code is not null then
    perform app.refuse_access(code, require.permission);
  end if;
end;
$$;
revoke execute on function app.require(uuid, uuid, app.permission)
from public, anon, authenticated, service_role;
