-- The part of a new hosted Supabase project that migrations and the Data API lean on: roles, schemas,
-- default privileges. It runs at every start, before the migrations, and changes nothing that is
-- already as it should be. `cloister.owner` names the role that migrations will run as.

set client_min_messages = warning;

do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (
      values
        ('anon', 'nologin noinherit'),
        ('authenticated', 'nologin noinherit'),
        ('service_role', 'nologin noinherit bypassrls'),
        ('authenticator', 'nologin noinherit')
    ) as roles (name, attributes)
    where not exists (select from pg_catalog.pg_roles where rolname = name)
  loop
    execute format('create role %I %s', wanted.name, wanted.attributes);
  end loop;
end;
$$;

create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;
create schema if not exists auth;

-- Since 2026 tables are no longer exposed to the Data API by default: a migration grants what it means.
grant usage on schema public, extensions, auth to anon, authenticated, service_role;
grant anon, authenticated, service_role to authenticator;

do $$
declare
  owner constant text := current_setting('cloister.owner');
begin
  execute format('grant anon, authenticated, service_role to %I', owner);
  execute format('grant usage on schema auth to %I', owner);
  execute format('grant usage, create on schema public, extensions to %I', owner);
  execute format('alter database %I set search_path = "$user", public, extensions', current_database());
end;
$$;
