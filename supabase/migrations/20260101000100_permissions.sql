-- Who may do what. A person has one role, a role has permissions, and an operator changes
-- either with a row. Everything that decides asks here, at the moment it decides: a role
-- taken away is gone with the next statement, whatever a token still says.

create domain app.role as text check (value in ('viewer', 'user', 'streamer', 'admin'));
create domain app.permission as text check (value in (
  'agents:read', 'agents:write', 'agents:execute', 'agents:stream',
  'runs:cancel', 'keys:manage', 'secrets:manage', 'audit:read', 'admin'
));

create table app.settings (
  only_row boolean primary key default true check (only_row),
  default_role app.role not null default 'streamer',
  max_concurrent_runs int not null default 10 check (max_concurrent_runs between 0 and 10000),
  max_agents int not null default 1000 check (max_agents between 0 and 1000000),
  max_versions int not null default 1000 check (max_versions between 1 and 1000000)
);
comment on table app.settings is
  'The operator''s choices, in exactly one row. Quotas are per user, max_versions is per agent.';
revoke all on table app.settings from public, anon, authenticated, service_role;
insert into app.settings default values;

create table app.role_permissions (
  role app.role,
  permission app.permission,
  primary key (role, permission)
);
comment on table app.role_permissions is 'Which permissions a role has.';
revoke all on table app.role_permissions from public, anon, authenticated, service_role;

insert into app.role_permissions (role, permission)
select role, permission
from (values
  ('agents:read', array['viewer', 'user', 'streamer', 'admin']),
  ('agents:write', array['user', 'streamer', 'admin']),
  ('agents:execute', array['user', 'streamer', 'admin']),
  ('runs:cancel', array['user', 'streamer', 'admin']),
  ('keys:manage', array['user', 'streamer', 'admin']),
  ('secrets:manage', array['user', 'streamer', 'admin']),
  ('agents:stream', array['streamer', 'admin']),
  ('audit:read', array['admin']),
  ('admin', array['admin'])
) as granted (permission, roles)
cross join unnest(roles) as role;

create table app.user_roles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  role app.role not null
);
comment on table app.user_roles is 'A user''s role. Without a row it is app.settings.default_role.';
revoke all on table app.user_roles from public, anon, authenticated, service_role;

-- A user who is unknown or gone has no permission, even while a token of theirs lives on, and
-- neither has an anonymous one (asked this way, because plain Postgres lacks the column).
-- In plpgsql, like all that is asked again and again: it keeps its plan, SQL functions do not.
create function app.permissions_of(user_id uuid) returns setof text
language plpgsql stable security definer rows 9
set search_path = ''
as $$
begin
  return query
  select granted.permission::text
  from auth.users
  cross join app.settings
  left join app.user_roles on user_roles.user_id = users.id
  join app.role_permissions as granted
    on granted.role = coalesce(user_roles.role, settings.default_role)
  where users.id = permissions_of.user_id
    and coalesce(to_jsonb(users) ->> 'is_anonymous', 'false') = 'false';
end;
$$;
revoke execute on function app.permissions_of from public, anon, authenticated, service_role;

create function app.user_can(user_id uuid, permission app.permission) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return user_can.permission in (select app.permissions_of(user_can.user_id));
end;
$$;
revoke execute on function app.user_can from public, anon, authenticated, service_role;

-- The question that policies ask: (select app.can('agents:read')). Definer, because roles are
-- readable by nobody; a misspelt permission is an error, not a quiet no.
create function app.can(permission app.permission) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return app.user_can((select auth.uid()), can.permission);
end;
$$;
revoke execute on function app.can from public, anon, authenticated, service_role;
grant execute on function app.can to authenticated;

-- The first line of every function that a user calls to change something.
create function app.require(user_id uuid, permission app.permission) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if app.user_can(require.user_id, require.permission) is not true then
    perform app.refuse(403, 'forbidden',
      format('This needs the permission %s.', require.permission));
  end if;
end;
$$;
revoke execute on function app.require from public, anon, authenticated, service_role;

create function app.my_permissions() returns setof text
language sql stable security definer rows 9
set search_path = ''
as $$
  select app.permissions_of((select auth.uid())) as permission order by permission;
$$;
revoke execute on function app.my_permissions from public, anon, authenticated, service_role;
grant execute on function app.my_permissions to authenticated;

create function public.my_permissions() returns setof text
language sql stable rows 9
set search_path = ''
as $$
  select app.my_permissions();
$$;
comment on function public.my_permissions is 'What the caller may do, sorted.';
revoke execute on function public.my_permissions from public, anon, authenticated, service_role;
grant execute on function public.my_permissions to authenticated;
