-- How API keys come and go. The functions make the secret and send its SHA-256: the database never
-- sees what would open anything. A person manages keys; a key never does. A little over 300 lines, since
-- making, renewing and revoking share their checks.

create function app.own_key(key_id uuid) returns public.api_keys
language plpgsql
set search_path = ''
as $$
declare
  key public.api_keys;
begin
  perform app.require('keys:manage');
  select k.* into key from public.api_keys as k
  where k.id = own_key.key_id and k.owner_id = (select auth.uid())
  for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such key.');
  end if;
  return key;
end;
$$;
revoke execute on function app.own_key from public, anon, authenticated, service_role;

-- Forgets the oldest of a user's keys that are over, beyond ten times as many as may live: what
-- can be made without end must not be kept without end. The audit log keeps that they were.
create function app.forget_dead_keys(owner_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from public.api_keys as k using (
    select d.id from public.api_keys as d
    where d.owner_id = forget_dead_keys.owner_id and not app.is_live(d)
    order by d.id desc
    offset 10 * (select settings.max_keys from app.settings)
  ) as old where k.id = old.id;
end;
$$;
revoke execute on function app.forget_dead_keys from public, anon, authenticated, service_role;

-- Takes turns with all who make keys for this user, so that no two find the last place.
create function app.refuse_more_keys(owner_id uuid, most int) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform app.take_turn('keys', refuse_more_keys.owner_id);
  if (
    select count(*) from public.api_keys as k
    where k.owner_id = refuse_more_keys.owner_id and app.is_live(k)
  ) >= refuse_more_keys.most then
    perform app.refuse(409, 'too_many_keys', 'You have as many keys as you may have.');
  end if;
  perform app.forget_dead_keys(refuse_more_keys.owner_id);
end;
$$;
revoke execute on function app.refuse_more_keys from public, anon, authenticated, service_role;

-- More than the creator has is refused, not trimmed.
create function app.refuse_scopes(scopes text[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  scope text;
begin
  if coalesce(cardinality(refuse_scopes.scopes), 0) not between 1 and 100
    or not coalesce(refuse_scopes.scopes <@ app.key_scopes(), false) then
    perform app.refuse(400, 'invalid_request', 'A key has 1 to 100 scopes: permissions, and not '
      'keys:manage.');
  end if;
  foreach scope in array refuse_scopes.scopes loop
    perform app.require(scope);
  end loop;
end;
$$;
revoke execute on function app.refuse_scopes from public, anon, authenticated, service_role;

create function app.refuse_expiry(expires_at timestamptz) returns void
language plpgsql
set search_path = ''
as $$
begin
  if refuse_expiry.expires_at <= now() or refuse_expiry.expires_at > now() + interval '1 year' then
    perform app.refuse(400, 'invalid_request', 'A key expires within a year, and not in the past.');
  end if;
end;
$$;
revoke execute on function app.refuse_expiry from public, anon, authenticated, service_role;

-- The id of the agent that a key is to know, or null where it is to know them all.
create function app.agent_for_key(agent_name text) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  agent_id uuid;
begin
  if agent_for_key.agent_name is null then
    return null;
  end if;
  select a.id into agent_id from public.agents as a
  where a.owner_id = (select auth.uid()) and a.name = agent_for_key.agent_name
  for key share;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such agent.');
  end if;
  return agent_id;
end;
$$;
revoke execute on function app.agent_for_key from public, anon, authenticated, service_role;

-- Writes a key with its secret's hash.
create function app.write_key(key public.api_keys, secret_hash text) returns public.api_keys
language plpgsql
set search_path = ''
as $$
declare
  written public.api_keys;
begin
  if not coalesce(length(key.name) between 1 and 100 and key.name !~ '[[:cntrl:]]'
    and key.public_id ~ '^[0-9A-Za-z]{16}$' and write_key.secret_hash ~ '^[0-9a-f]{64}$', false) then
    perform app.refuse(400, 'invalid_request', 'A key has a name of up to 100 characters, a public '
      'id of 16 letters and digits, and the SHA-256 of its secret.');
  end if;
  insert into public.api_keys (owner_id, name, public_id, scopes, agent_id, expires_at, replaces)
  values (key.owner_id, key.name, key.public_id, key.scopes, key.agent_id, key.expires_at,
    key.replaces)
  returning * into written;
  insert into app.api_key_secrets (key_id, secret_hash, lifetime)
  values (written.id, decode(write_key.secret_hash, 'hex'), written.expires_at - written.created_at);
  return written;
end;
$$;
revoke execute on function app.write_key from public, anon, authenticated, service_role;

create function app.create_key(
  name text, scopes text[], public_id text, secret_hash text, agent_name text,
  expires_at timestamptz
) returns setof public.api_keys
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  key public.api_keys;
begin
  perform app.require('keys:manage');
  perform app.refuse_scopes(create_key.scopes);
  perform app.refuse_expiry(create_key.expires_at);
  key.owner_id := (select auth.uid());
  key.name := create_key.name;
  key.public_id := create_key.public_id;
  key.scopes := array(select distinct scope from unnest(create_key.scopes) as scope order by scope);
  key.agent_id := app.agent_for_key(create_key.agent_name);
  if key.agent_id is not null and key.scopes && array['audit:read', 'metrics:read', 'admin'] then
    perform app.refuse(400, 'invalid_request',
      'A key of one agent neither audits, measures nor administers.');
  end if;
  key.expires_at := create_key.expires_at;
  perform app.refuse_more_keys(key.owner_id, (select settings.max_keys from app.settings));
  return next app.write_key(key, create_key.secret_hash);
end;
$$;
revoke execute on function app.create_key from public, anon, authenticated, service_role;
grant execute on function app.create_key to authenticated;

create function public.create_key(
  name text, scopes text[], public_id text, secret_hash text, agent_name text default null,
  expires_at timestamptz default null
) returns setof public.api_keys
language sql rows 1
set search_path = ''
as $$
  select * from app.create_key(create_key.name, create_key.scopes, create_key.public_id,
    create_key.secret_hash, create_key.agent_name, create_key.expires_at);
$$;
comment on function public.create_key is
  'Makes a key of the caller''s, for one agent where one is named. secret_hash is the SHA-256 of '
  'its secret, in hex. Errors: forbidden (also of a scope that the caller lacks), not_found (the '
  'agent), too_many_keys, invalid_request.';
revoke execute on function public.create_key from public, anon, authenticated, service_role;
grant execute on function public.create_key to authenticated;

-- A rotated key has what the old one has, whatever its owner may by now: a secret that got out must
-- be changeable also while everything is suspended. But not out of its quarantine. The old keys
-- that still overlap double, at most, the keys that a user may have.
create function app.rotate_key(key_id uuid, public_id text, secret_hash text, overlap_s int)
returns setof public.api_keys
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  old public.api_keys;
  key public.api_keys;
begin
  -- The agent before its key, as whoever deletes the agent locks them.
  perform from public.agents as a
  where a.id = app.agent_of_key(rotate_key.key_id) for key share;
  old := app.own_key(rotate_key.key_id);
  key := old;
  if not app.is_live(old) then
    perform app.refuse(404, 'not_found', 'There is no such key.');
  end if;
  if app.quarantine_against(null, old.id, 'agents:read') is not null then
    perform app.refuse_access('key_quarantined', 'keys:manage');
  end if;
  if rotate_key.overlap_s is null or rotate_key.overlap_s not between 0 and 604800 then
    perform app.refuse(400, 'invalid_request', 'overlap_s lies between 0 and 604800.');
  end if;
  perform app.refuse_more_keys(old.owner_id, (select settings.max_keys * 2 from app.settings));
  key.public_id := rotate_key.public_id;
  key.replaces := old.id;
  key.expires_at := now() + (
    select s.lifetime from app.api_key_secrets as s where s.key_id = old.id);
  update public.api_keys as k
  set expires_at = least(k.expires_at, now() + make_interval(secs => rotate_key.overlap_s))
  where k.id = old.id;
  return next app.write_key(key, rotate_key.secret_hash);
end;
$$;
revoke execute on function app.rotate_key from public, anon, authenticated, service_role;
grant execute on function app.rotate_key to authenticated;

create function public.rotate_key(
  key_id uuid, public_id text, secret_hash text, overlap_s int default 86400
) returns setof public.api_keys
language sql rows 1
set search_path = ''
as $$
  select * from app.rotate_key(
    rotate_key.key_id, rotate_key.public_id, rotate_key.secret_hash, rotate_key.overlap_s);
$$;
comment on function public.rotate_key is
  'Makes a new key like an old one of the caller''s, which expires after overlap_s seconds (0 to a '
  'week). Errors: forbidden, not_found (also of a key that is revoked or expired), '
  'key_quarantined, too_many_keys, invalid_request.';
revoke execute on function public.rotate_key from public, anon, authenticated, service_role;
grant execute on function public.rotate_key to authenticated;

create function app.revoke_key(key_id uuid) returns setof public.api_keys
language plpgsql security definer rows 1
set search_path = ''
as $$
declare
  key public.api_keys := app.own_key(revoke_key.key_id);
begin
  if key.revoked_at is null then
    update public.api_keys as k set revoked_at = now() where k.id = key.id returning k.* into key;
  end if;
  return next key;
end;
$$;
revoke execute on function app.revoke_key from public, anon, authenticated, service_role;
grant execute on function app.revoke_key to authenticated;

create function public.revoke_key(key_id uuid) returns setof public.api_keys
language sql rows 1
set search_path = ''
as $$
  select * from app.revoke_key(revoke_key.key_id);
$$;
comment on function public.revoke_key is
  'Ends a key of the caller''s for good. One that has ended is answered as it is. Errors: '
  'forbidden, not_found.';
revoke execute on function public.revoke_key from public, anon, authenticated, service_role;
grant execute on function public.revoke_key to authenticated;

create function app.state_of_key(key public.api_keys) returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return case
    when key.revoked_at is not null then 'revoked'
    when not app.is_live(key) then 'expired'
    when app.quarantine_against(null, key.id, 'agents:read') is not null then 'quarantined'
    else 'live' end;
end;
$$;
revoke execute on function app.state_of_key from public, anon, authenticated, service_role;

-- An unknown key costs what a wrong secret costs, and hashes of hashes are compared, so that the
-- time it takes tells nothing of either. Last use is written at most once a minute.
create function public.authenticate_key(public_id text, secret_hash text) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  key public.api_keys;
  kept bytea;
  given bytea := case when authenticate_key.secret_hash ~ '^[0-9a-f]{64}$'
    then decode(authenticate_key.secret_hash, 'hex') else '' end;
  state text;
begin
  select k.* into key from public.api_keys as k where k.public_id = authenticate_key.public_id;
  select s.secret_hash into kept from app.api_key_secrets as s where s.key_id = key.id;
  if sha256(coalesce(kept, 'unknown')) <> sha256(given) then
    return null;
  end if;
  state := app.state_of_key(key);
  if state = 'live' and coalesce(key.last_used_at < now() - interval '1 minute', true) then
    update public.api_keys as k set last_used_at = now()
    where k.id = key.id and coalesce(k.last_used_at < now() - interval '1 minute', true);
  end if;
  return json_build_object('id', key.id, 'owner_id', key.owner_id, 'state', state,
    'expires_at', key.expires_at);
end;
$$;
comment on function public.authenticate_key is
  'The key with this public id whose secret has this SHA-256: {id, owner_id, state: live, expired, '
  'revoked or quarantined, expires_at}. Null where there is none, and where the secret is another.';
revoke execute on function public.authenticate_key from public, anon, authenticated, service_role;
grant execute on function public.authenticate_key to service_role;
