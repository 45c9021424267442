-- Users' secrets: what the broker puts into the requests of their agents, and what no program, no
-- caller and no reader of tables ever sees. The functions lock a value before it comes here, with a
-- key that this database does not have, and bind it to its row: to the id, the owner, the agent, the
-- name, the version, the hosts and the expiry. What is moved to another row, brought back from an
-- older version, or given other hosts, does not open any more.
--
-- Where the operator keeps secrets in Supabase Vault, the same is locked by Vault instead.

alter table app.settings
add column max_secrets int not null default 200 check (max_secrets between 0 and 100000);

-- Hosts that a secret may be sent to: whole names, or a wildcard above two labels at least.
create function app.are_secret_hosts(hosts text[]) returns boolean
language sql immutable
set search_path = ''
as $$
  select coalesce(cardinality(hosts) between 1 and 10, false) and array_ndims(hosts) = 1
    and coalesce(bool_and(coalesce(length(host) <= 253 and host ~
      '^(\*{1,2}\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.[a-z][a-z0-9-]*[a-z0-9]$',
      false)), false)
  from unnest(hosts) as host;
$$;
revoke execute on function app.are_secret_hosts from public, anon, authenticated, service_role;

create table public.secrets (
  id uuid primary key,
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid references public.agents (id) on delete cascade,
  name text not null check (name ~ '^[A-Z][A-Z0-9_]{0,63}$'),
  hosts text[] not null check (app.are_secret_hosts(hosts)),
  version int not null default 1 check (version >= 1),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  expires_at timestamptz(3) check (isfinite(expires_at)),
  last_used_at timestamptz,
  constraint secrets_name_is_taken_once unique nulls not distinct (owner_id, agent_id, name)
);
comment on table public.secrets is
  'What there is to know of a secret without its value. Without agent_id it is for all of its '
  'owner''s agents. It is sent to no other hosts. last_used_at is true to the minute.';

create index secrets_owner_id_idx on public.secrets (owner_id, id desc);
create index secrets_agent_id_idx on public.secrets (agent_id) where agent_id is not null;

create table app.secret_values (
  secret_id uuid primary key references public.secrets (id) on delete cascade,
  version int not null,
  kid text not null check (kid ~ '^[a-z][a-z0-9_-]{0,31}$'),
  sealed text check (octet_length(sealed) between 1 and 16384),
  vault_id uuid unique,
  unopened_at timestamptz,
  constraint secret_values_lie_in_one_place check (
    (kid = 'vault') = (vault_id is not null) and (vault_id is null) <> (sealed is null)
  )
);
comment on table app.secret_values is
  'The locked value of a secret, beside it so that no reader of secrets ever holds it: of which '
  'version, by which key of the functions, and a JWE; or where in Vault it lies. unopened_at is when '
  'somebody last wanted to lock it anew and it did not open.';
revoke all on table app.secret_values from public, anon, authenticated, service_role;
create index secret_values_kid_idx on app.secret_values (kid, secret_id);

-- Where a secret may go, and until when, is decided together with its value: who could send what is
-- there already to a host of their own could read it.
create function app.freeze_secret() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.id, new.owner_id, new.agent_id, new.name, new.created_at)
      is distinct from (old.id, old.owner_id, old.agent_id, old.name, old.created_at)
    or new.version not in (old.version, old.version + 1)
    or (new.version = old.version
      and (new.hosts, new.expires_at) is distinct from (old.hosts, old.expires_at)) then
    raise exception using errcode = '42501', message = 'a secret changes with its value only';
  end if;
  return new;
end;
$$;
revoke execute on function app.freeze_secret from public, anon, authenticated, service_role;

create trigger freeze_secret before update on public.secrets
for each row execute function app.freeze_secret();

-- Whether Vault is here: Supabase's projects have it, plain Postgres does not.
create function app.require_vault() returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if to_regprocedure('vault.create_secret(text,text,text,uuid)') is null then
    perform app.refuse(501, 'secrets_unavailable', 'This database has no Vault.');
  end if;
end;
$$;
revoke execute on function app.require_vault from public, anon, authenticated, service_role;

create function app.vault_keep(vault_id uuid, secret_id uuid, said text) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  kept uuid := vault_keep.vault_id;
begin
  perform app.require_vault();
  if kept is null then
    execute 'select vault.create_secret($1, $2, '''', null)'
    into kept using vault_keep.said, 'cloister.' || vault_keep.secret_id;
  else
    execute 'select vault.update_secret($1, $2)' using kept, vault_keep.said;
  end if;
  return kept;
end;
$$;
revoke execute on function app.vault_keep from public, anon, authenticated, service_role;

-- Null for what Vault does not open, or where there is no Vault: one such value stops no list.
create function app.vault_open(vault_id uuid) returns text
language plpgsql
set search_path = ''
as $$
declare
  said text;
begin
  execute 'select s.decrypted_secret from vault.decrypted_secrets as s where s.id = $1'
  into said using vault_open.vault_id;
  return said;
exception when others then
  return null;
end;
$$;
revoke execute on function app.vault_open from public, anon, authenticated, service_role;

-- What is forgotten here is forgotten in Vault. Definer, because an owner's rows also go when Auth
-- deletes the owner.
create function app.vault_forget() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if to_regclass('vault.secrets') is not null then
    execute 'delete from vault.secrets where id = $1' using old.vault_id;
  end if;
  return null;
end;
$$;
revoke execute on function app.vault_forget from public, anon, authenticated, service_role;

create trigger vault_forget after delete on app.secret_values
for each row when (old.vault_id is not null) execute function app.vault_forget();
create trigger vault_forget_moved after update on app.secret_values
for each row when (old.vault_id is distinct from new.vault_id and old.vault_id is not null)
execute function app.vault_forget();

revoke all on table public.secrets from public, anon, authenticated, service_role;
grant select on table public.secrets to authenticated;
alter table public.secrets enable row level security;

create policy "owners who manage secrets see theirs, and never a value"
on public.secrets for select to authenticated
using (
  owner_id = (select auth.uid()) and (select app.can('secrets:manage'))
  and coalesce(agent_id = (select app.key_agent()), (select app.key_agent()) is null)
);

do $$
begin
  if exists (select from pg_available_extensions where name = 'supabase_vault') then
    execute 'create extension if not exists supabase_vault';
  end if;
exception when others then
  raise warning 'Supabase Vault is here but cannot be used: %', sqlerrm
    using hint = 'Leave CLOISTER_SECRET_KEEPER at cloister.';
end;
$$;
