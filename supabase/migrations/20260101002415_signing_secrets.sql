-- What hooks and webhooks are signed with. It is kept as users' secrets are: locked by the functions,
-- with a key that this database does not have, and bound to its row and to what it signs for; or
-- locked by Supabase Vault where the operator keeps secrets there. It is shown once, to who made it.

create table app.signing_secrets (
  id uuid primary key,
  owner_id uuid not null references auth.users (id) on delete cascade,
  agent_id uuid not null references public.agents (id) on delete cascade,
  subject text not null check (subject ~ '^(hook|webhook)\.[0-9a-f-]{36}$'),
  version int not null check (version >= 1),
  kid text not null check (kid ~ '^[a-z][a-z0-9_-]{0,31}$'),
  sealed text check (octet_length(sealed) between 1 and 16384),
  vault_id uuid unique,
  unopened_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint signing_secrets_version_is_taken_once unique (subject, version),
  constraint signing_secrets_lie_in_one_place check (
    (kid = 'vault') = (vault_id is not null) and (vault_id is null) <> (sealed is null)
  )
);
comment on table app.signing_secrets is
  'The locked secrets of hooks and webhooks. subject names the one that it is for. One that was '
  'replaced is good until expires_at; the current one never ends.';
revoke all on table app.signing_secrets from public, anon, authenticated, service_role;
create index signing_secrets_kid_idx on app.signing_secrets (kid, id);
create index signing_secrets_owner_id_idx on app.signing_secrets (owner_id);
create index signing_secrets_agent_id_idx on app.signing_secrets (agent_id);

create trigger vault_forget after delete on app.signing_secrets
for each row when (old.vault_id is not null) execute function app.vault_forget();
create trigger vault_forget_moved after update on app.signing_secrets
for each row when (old.vault_id is distinct from new.vault_id and old.vault_id is not null)
execute function app.vault_forget();

create function app.refuse_unlocked(kid text, sealed text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not coalesce(refuse_unlocked.kid ~ '^[a-z][a-z0-9_-]{0,31}$'
    and octet_length(refuse_unlocked.sealed) between 1 and 16384, false) then
    perform app.refuse(400, 'invalid_request', 'A value comes locked, with the name of the key.');
  end if;
end;
$$;
revoke execute on function app.refuse_unlocked from public, anon, authenticated, service_role;

-- Keeps the locked secret that a hook or webhook is signed with from now on.
create function app.keep_signing(
  secret_id uuid, agent public.agents, subject text, version int, kid text, sealed text
) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform app.refuse_unlocked(keep_signing.kid, keep_signing.sealed);
  if keep_signing.secret_id is null
    or exists (select from app.signing_secrets as g where g.id = keep_signing.secret_id) then
    perform app.refuse(400, 'invalid_request', 'A secret has a new id.');
  end if;
  insert into app.signing_secrets (
    id, owner_id, agent_id, subject, version, kid, sealed, vault_id
  ) values (
    keep_signing.secret_id, agent.owner_id, agent.id, keep_signing.subject, keep_signing.version,
    keep_signing.kid, case when keep_signing.kid <> 'vault' then keep_signing.sealed end,
    case when keep_signing.kid = 'vault'
      then app.vault_keep(null, keep_signing.secret_id, keep_signing.sealed) end
  );
end;
$$;
revoke execute on function app.keep_signing from public, anon, authenticated, service_role;

-- What was current is good for so many seconds more, and what was replaced before that no longer.
-- What another key had made, or a person, ends at once: what it signs for is another's now.
create function app.outlive_signing(subject text, overlap_s int, made_by uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  ends boolean := outlive_signing.overlap_s = 0
    or outlive_signing.made_by is distinct from app.key_id();
begin
  if outlive_signing.overlap_s is null or outlive_signing.overlap_s not between 0 and 604800 then
    perform app.refuse(400, 'invalid_request', 'An overlap lasts 0 to 604800 seconds.');
  end if;
  delete from app.signing_secrets as g
  where g.subject = outlive_signing.subject
    and (g.expires_at is not null or ends);
  update app.signing_secrets as g
  set expires_at = now() + make_interval(secs => outlive_signing.overlap_s)
  where g.subject = outlive_signing.subject;
end;
$$;
revoke execute on function app.outlive_signing from public, anon, authenticated, service_role;

-- The same secret, locked by another key or kept in another place, where it was locked by old_kid.
create function app.relock_signing(
  secret_id uuid, version int, old_kid text, kid text, sealed text
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  kept app.signing_secrets;
  in_vault boolean := relock_signing.kid = 'vault';
begin
  select g.* into kept from app.signing_secrets as g
  where g.id = relock_signing.secret_id and g.version = relock_signing.version
    and g.kid = relock_signing.old_kid
  for update;
  if not found then
    return false;
  end if;
  perform app.refuse_unlocked(relock_signing.kid, relock_signing.sealed);
  update app.signing_secrets as g set kid = relock_signing.kid, unopened_at = null,
    sealed = case when not in_vault then relock_signing.sealed end,
    vault_id = case when in_vault
      then app.vault_keep(g.vault_id, g.id, relock_signing.sealed) end
  where g.id = kept.id;
  perform app.audit('secret.resealed', 'secret', kept.id::text,
    jsonb_build_object('kid', jsonb_build_array(kept.kid, relock_signing.kid)));
  return true;
end;
$$;
revoke execute on function app.relock_signing from public, anon, authenticated, service_role;

-- A locked value with all that it is bound to, whatever it is for.
create type app.kept_value as (
  secret_id uuid, owner_id uuid, agent_id uuid, name text, version int, hosts text[],
  expires_at timestamptz, kid text, sealed text, vault_id uuid, unopened_at timestamptz
);

create function app.kept_secret(secret public.secrets, value app.secret_values)
returns app.kept_value
language plpgsql immutable
set search_path = ''
as $$
begin
  return (secret.id, secret.owner_id, secret.agent_id, secret.name, secret.version, secret.hosts,
    secret.expires_at, value.kid, value.sealed, value.vault_id, value.unopened_at)::app.kept_value;
end;
$$;
revoke execute on function app.kept_secret from public, anon, authenticated, service_role;

create function app.kept_signing(signing app.signing_secrets) returns app.kept_value
language plpgsql immutable
set search_path = ''
as $$
begin
  return (signing.id, signing.owner_id, signing.agent_id, signing.subject, signing.version,
    array[]::text[], null, signing.kid, signing.sealed, signing.vault_id,
    signing.unopened_at)::app.kept_value;
end;
$$;
revoke execute on function app.kept_signing from public, anon, authenticated, service_role;

-- What does not lie where kid says: users' secrets, and what hooks and webhooks are signed with.
create function app.stale_values(kid text) returns setof app.kept_value
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select k.* from app.secret_values as v
  join public.secrets as s on s.id = v.secret_id
  cross join lateral app.kept_secret(s, v) as k
  where v.kid <> stale_values.kid
  union all
  select k.* from app.signing_secrets as g
  cross join lateral app.kept_signing(g) as k
  where g.kid <> stale_values.kid;
end;
$$;
revoke execute on function app.stale_values from public, anon, authenticated, service_role;

create function app.sealed_value(kept app.kept_value) returns json
language plpgsql
set search_path = ''
as $$
begin
  return json_build_object('id', kept.secret_id, 'owner_id', kept.owner_id,
    'agent_id', kept.agent_id, 'name', kept.name, 'version', kept.version,
    'hosts', kept.hosts, 'expires_at', kept.expires_at, 'kid', kept.kid,
    'sealed', case when kept.vault_id is null then kept.sealed
      else app.vault_open(kept.vault_id) end);
end;
$$;
revoke execute on function app.sealed_value from public, anon, authenticated, service_role;

-- The locked secrets that something is signed with at this moment, the current one first.
create function app.signing_of(subject text) returns json
language plpgsql
set search_path = ''
as $$
begin
  return coalesce((
    select json_agg(app.sealed_value(app.kept_signing(g)) order by g.version desc)
    from app.signing_secrets as g
    where g.subject = signing_of.subject and (g.expires_at is null or g.expires_at > now())
  ), '[]');
end;
$$;
revoke execute on function app.signing_of from public, anon, authenticated, service_role;
