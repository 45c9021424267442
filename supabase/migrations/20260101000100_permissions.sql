-- Who may do what. A person has one role, a role has permissions and limits, and an operator
-- changes any of them with a row. Who decides is in the chapter on access.

create domain app.role as text check (value in ('viewer', 'user', 'streamer', 'admin'));
create domain app.permission as text check (value in (
  'agents:read', 'agents:write', 'agents:execute', 'agents:stream',
  'runs:cancel', 'keys:manage', 'secrets:manage', 'audit:read', 'metrics:read', 'admin'
));

-- How often in a minute, and how many seconds of CPU in a day: nobody's limit is beyond these.
create domain app.rate as int check (value between 0 and 1000000);
create domain app.cpu_seconds as int check (value between 0 and 8640000);

create table app.settings (
  only_row boolean primary key default true check (only_row),
  default_role app.role not null default 'streamer'
    constraint settings_not_everybody_is_admin check (default_role <> 'admin'),
  admin_needs_aal2 boolean not null default false,
  max_concurrent_runs int not null default 10 check (max_concurrent_runs between 0 and 10000),
  max_queued_runs int not null default 1000 check (max_queued_runs between 0 and 1000000),
  max_agents int not null default 1000 check (max_agents between 0 and 1000000),
  max_versions int not null default 1000 check (max_versions between 1 and 1000000),
  max_keys int not null default 50 check (max_keys between 0 and 10000),
  reads_per_minute app.rate not null default 600,
  writes_per_minute app.rate not null default 120,
  executes_per_minute app.rate not null default 60,
  streams_per_minute app.rate not null default 60,
  cpu_seconds_per_day app.cpu_seconds not null default 3600
);
comment on table app.settings is
  'The operator''s choices, in exactly one row. Quotas are per user, max_versions is per agent. '
  'admin_needs_aal2: admin and audit:read are a person''s only with a second factor.';
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
  ('metrics:read', array['admin']),
  ('admin', array['admin'])
) as granted (permission, roles)
cross join unnest(roles) as role;

create table app.role_limits (
  role app.role primary key,
  max_concurrent_runs int check (max_concurrent_runs between 0 and 10000),
  max_queued_runs int check (max_queued_runs between 0 and 1000000),
  reads_per_minute app.rate,
  writes_per_minute app.rate,
  executes_per_minute app.rate,
  streams_per_minute app.rate,
  cpu_seconds_per_day app.cpu_seconds
);
comment on table app.role_limits is
  'Limits of a role where they differ from app.settings: null, like no row, is what is said there.';
revoke all on table app.role_limits from public, anon, authenticated, service_role;

create table app.user_roles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  role app.role not null
);
comment on table app.user_roles is 'A user''s role. Without a row it is app.settings.default_role.';
revoke all on table app.user_roles from public, anon, authenticated, service_role;

-- The role of a user, or null where there is nobody who could have one: the user is unknown, gone,
-- banned or anonymous, whatever token lives on. Asked of the row as JSON, because plain Postgres
-- lacks the columns. In plpgsql, like all that is asked again and again: it keeps its plan, SQL
-- functions do not.
create function app.role_of(user_id uuid) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  account jsonb;
  assigned text;
begin
  select to_jsonb(users), user_roles.role into account, assigned
  from auth.users
  left join app.user_roles on user_roles.user_id = users.id
  where users.id = role_of.user_id;
  if account is null or account -> 'is_anonymous' = 'true' or account ->> 'deleted_at' is not null
    or (account ->> 'banned_until')::timestamptz > now() then
    return null;
  end if;
  return coalesce(assigned, (select settings.default_role from app.settings));
end;
$$;
revoke execute on function app.role_of from public, anon, authenticated, service_role;

-- What a user may spend. One row also for nobody, who has the settings' limits and may do nothing.
create function app.limits_of(
  user_id uuid, out max_concurrent_runs int, out reads_per_minute int, out writes_per_minute int,
  out executes_per_minute int, out streams_per_minute int, out cpu_seconds_per_day int,
  out max_queued_runs int
)
language plpgsql stable
set search_path = ''
as $$
begin
  select
    coalesce(l.max_concurrent_runs, s.max_concurrent_runs),
    coalesce(l.reads_per_minute, s.reads_per_minute),
    coalesce(l.writes_per_minute, s.writes_per_minute),
    coalesce(l.executes_per_minute, s.executes_per_minute),
    coalesce(l.streams_per_minute, s.streams_per_minute),
    coalesce(l.cpu_seconds_per_day, s.cpu_seconds_per_day),
    coalesce(l.max_queued_runs, s.max_queued_runs)
  into limits_of.max_concurrent_runs, limits_of.reads_per_minute, limits_of.writes_per_minute,
    limits_of.executes_per_minute, limits_of.streams_per_minute, limits_of.cpu_seconds_per_day,
    limits_of.max_queued_runs
  from app.settings as s
  left join app.role_limits as l on l.role = app.role_of(limits_of.user_id);
end;
$$;
revoke execute on function app.limits_of from public, anon, authenticated, service_role;

-- A custom access token hook of Supabase Auth, for clients that want to show what a user is. Where
-- it is not switched on nothing is missing: no decision here ever reads the claim.
create function app.custom_access_token(event jsonb) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  role text := app.role_of(app.to_uuid(event ->> 'user_id'));
begin
  if role is null or event -> 'claims' is null then
    return event;
  end if;
  return jsonb_set(event, '{claims,cloister_role}', to_jsonb(role));
end;
$$;
revoke execute on function app.custom_access_token from public, anon, authenticated, service_role;

do $$
begin
  if exists (select from pg_roles where rolname = 'supabase_auth_admin') then
    grant usage on schema app to supabase_auth_admin;
    grant execute on function app.custom_access_token to supabase_auth_admin;
  end if;
end;
$$;
