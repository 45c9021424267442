-- What callers are told of what they may, and which keys and quarantines they see. Agents, which
-- come next, ask here which of them a key knows.

-- What a user may, by this key where there is one.
create function app.permissions_of(user_id uuid, key_id uuid default null) returns setof text
language sql stable rows 9
set search_path = ''
as $$
  select granted.permission::text
  from app.role_permissions as granted
  where granted.role = (select app.role_of(permissions_of.user_id))
    and app.refusal_of(permissions_of.user_id, permissions_of.key_id, granted.permission) is null
  order by 1;
$$;
revoke execute on function app.permissions_of from public, anon, authenticated, service_role;

create function app.my_permissions() returns setof text
language sql stable security definer rows 9
set search_path = ''
as $$
  select granted.permission::text
  from app.role_permissions as granted
  where granted.role = (select app.role_of((select auth.uid())))
    and app.my_refusal(granted.permission) is null
  order by 1;
$$;
revoke execute on function app.my_permissions from public, anon, authenticated, service_role;
grant execute on function app.my_permissions to authenticated;

create function public.my_permissions() returns setof text
language sql stable rows 9
set search_path = ''
as $$
  select app.my_permissions();
$$;
comment on function public.my_permissions is 'What the caller may do at this moment, sorted.';
revoke execute on function public.my_permissions from public, anon, authenticated, service_role;
grant execute on function public.my_permissions to authenticated;

create function app.require_permission(permission text) returns void
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if require_permission.permission is null or not exists (
    select from app.role_permissions as granted
    where granted.permission = require_permission.permission
  ) then
    perform app.refuse(400, 'invalid_request', 'There is no such permission.');
  end if;
  perform app.require(require_permission.permission);
end;
$$;
revoke execute on function app.require_permission from public, anon, authenticated, service_role;
grant execute on function app.require_permission to authenticated;

create function public.require_permission(permission text) returns void
language sql stable
set search_path = ''
as $$
  select app.require_permission(require_permission.permission);
$$;
comment on function public.require_permission is
  'Refuses unless the caller has the permission, and says why. Errors: forbidden, '
  'execution_suspended, user_quarantined, key_quarantined, session_revoked, mfa_required, '
  'invalid_request.';
revoke execute on function public.require_permission from public, anon, authenticated, service_role;
grant execute on function public.require_permission to authenticated;

-- The only agent that a key knows, or null: for no key, and for one that knows them all.
create function app.agent_of_key(key_id uuid) returns uuid
language plpgsql stable
set search_path = ''
as $$
begin
  if agent_of_key.key_id is null then
    return null;
  end if;
  return (select k.agent_id from public.api_keys as k where k.id = agent_of_key.key_id);
end;
$$;
revoke execute on function app.agent_of_key from public, anon, authenticated, service_role;

-- The only agent that the caller knows, or null.
create function app.key_agent() returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return app.agent_of_key(app.key_id());
end;
$$;
revoke execute on function app.key_agent from public, anon, authenticated, service_role;
grant execute on function app.key_agent to authenticated;

-- The caller's key while it can be used, or null.
create function app.live_key() returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  key_id uuid := app.key_id();
begin
  if key_id is null then
    return null;
  end if;
  return (
    select k.id from public.api_keys as k
    where k.id = key_id and k.owner_id = (select auth.uid()) and app.is_live(k)
      and app.role_of(k.owner_id) is not null
      and app.quarantine_against(k.owner_id, k.id, 'agents:read') is null
  );
end;
$$;
revoke execute on function app.live_key from public, anon, authenticated, service_role;
grant execute on function app.live_key to authenticated;

grant select on table public.api_keys to authenticated;
alter table public.api_keys enable row level security;
create policy "owners who manage keys see theirs, and a key sees itself"
on public.api_keys for select to authenticated
using (
  owner_id = (select auth.uid())
  and ((select app.can('keys:manage')) or id = (select app.live_key()))
);

grant select on table public.quarantines to authenticated;
alter table public.quarantines enable row level security;
create policy "admins see what is quarantined, and what was"
on public.quarantines for select to authenticated
using ((select app.can('admin')));
