-- What becomes of secrets: the broker is handed them, the functions lock them by a newer key, and
-- the audit log says what was done to them. What is handed out here is still locked, but for what
-- lies in Vault.

-- For the broker, and for drafts, which are of no agent. An agent's own secret comes before its owner's
-- of the same name, and an expired one stays in its place. Last use is written at most once a minute.
create function public.reveal_secret(
  user_id uuid, agent_id uuid default null, name text default null
) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  kept record;
begin
  select s as secret, v as value into kept
  from public.secrets as s
  join app.secret_values as v on v.secret_id = s.id
  left join public.agents as a
    on a.id = reveal_secret.agent_id and a.owner_id = reveal_secret.user_id
  where s.owner_id = reveal_secret.user_id and s.name = reveal_secret.name
    and (a.id is not null or reveal_secret.agent_id is null)
    and (s.agent_id is null or s.agent_id = a.id)
  order by s.agent_id is null
  limit 1;
  if not found or (kept.secret).expires_at <= now() then
    return null;
  end if;
  update public.secrets as s set last_used_at = now()
  where s.id = (kept.secret).id and coalesce(s.last_used_at < now() - interval '1 minute', true);
  return app.sealed_value(app.kept_secret(kept.secret, kept.value));
end;
$$;
comment on function public.reveal_secret is
  'The locked value of the secret that an agent of a user''s means by a name, or the user without an '
  'agent, and what it is bound to: {id, owner_id, agent_id, name, version, hosts, expires_at, kid, '
  'sealed}; of one in Vault, unlocked by Vault, and null where it does not. Null where there is no '
  'such secret, or where it has expired.';
revoke execute on function public.reveal_secret from public, anon, authenticated, service_role;
grant execute on function public.reveal_secret to service_role;

-- For changing the key of the functions, or the keeper: what does not lie where kid says. What did not
-- open before is listed apart, so that however much of it there is, the rest has its turn.
create function public.list_stale_secrets(
  kid text, after uuid default null, max int default 50, unopened boolean default false
) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  found json;
begin
  select json_build_object('total', count(*), 'unopened', count(v.unopened_at)) into found
  from app.stale_values(list_stale_secrets.kid) as v;
  return json_build_object('total', found -> 'total', 'unopened', found -> 'unopened',
    'secrets', coalesce((
      select json_agg(app.sealed_value(v) order by v.secret_id) from (
      select v.* from app.stale_values(list_stale_secrets.kid) as v
      where (v.unopened_at is not null) = list_stale_secrets.unopened
        and (list_stale_secrets.after is null or v.secret_id > list_stale_secrets.after)
      order by v.secret_id limit least(list_stale_secrets.max, 200)
    ) as v), '[]'));
end;
$$;
comment on function public.list_stale_secrets is
  'Values that are locked by another key than kid, or lie in another place, by their ids, after one '
  'of them: {total, unopened, secrets}. secrets are those that did not open before, or else the '
  'others, each as reveal_secret answers it; total counts both, unopened the first.';
revoke execute on function public.list_stale_secrets from public, anon, authenticated, service_role;
grant execute on function public.list_stale_secrets to service_role;

create function public.mark_unopened(secret_id uuid, version int, kid text) returns void
language sql security definer
set search_path = ''
as $$
  update app.secret_values as v set unopened_at = now()
  where v.secret_id = mark_unopened.secret_id and v.version = mark_unopened.version
    and v.kid = mark_unopened.kid;
  update app.signing_secrets as v set unopened_at = now()
  where v.id = mark_unopened.secret_id and v.version = mark_unopened.version
    and v.kid = mark_unopened.kid;
$$;
comment on function public.mark_unopened is
  'Notes that the value of this version, locked by kid, did not open: it has its turn after others.';
revoke execute on function public.mark_unopened from public, anon, authenticated, service_role;
grant execute on function public.mark_unopened to service_role;

-- Only what was read is replaced: whoever wrote a newer version, or was faster, is not undone.
create function public.reseal_secret(
  secret_id uuid, version int, old_kid text, kid text, sealed text
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  secret public.secrets;
begin
  select s.* into secret from public.secrets as s
  join app.secret_values as v on v.secret_id = s.id
  where s.id = reseal_secret.secret_id and s.version = reseal_secret.version
    and v.kid = reseal_secret.old_kid
  for update;
  if not found then
    return app.relock_signing(reseal_secret.secret_id, reseal_secret.version,
      reseal_secret.old_kid, reseal_secret.kid, reseal_secret.sealed);
  end if;
  perform app.keep_value(secret, reseal_secret.kid, reseal_secret.sealed);
  return true;
end;
$$;
comment on function public.reseal_secret is
  'Puts the same value, locked by another key or kept in another place, where it was locked by '
  'old_kid. False where that is not there any more. Errors: secrets_unavailable, invalid_request.';
revoke execute on function public.reseal_secret from public, anon, authenticated, service_role;
grant execute on function public.reseal_secret to service_role;

-- What is done to a secret is in the audit log, and its value is in no entry: the row has none. That
-- a locked value changed without its version is an entry, too, whoever did it.
create function app.audit_secret() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    perform app.audit('secret.replaced', 'secret', new.id::text,
      jsonb_build_object('name', new.name, 'agent_id', new.agent_id) || app.changes(
        to_jsonb(old), to_jsonb(new), array['version', 'hosts', 'expires_at']));
  else
    perform app.audit(case tg_op when 'INSERT' then 'secret.created' else 'secret.deleted' end,
      'secret', coalesce(new.id, old.id)::text, jsonb_strip_nulls(
        to_jsonb(coalesce(new, old)) - 'id' - 'created_at' - 'updated_at' - 'last_used_at'));
  end if;
  return null;
end;
$$;
revoke execute on function app.audit_secret from public, anon, authenticated, service_role;

create trigger audit_secret after insert or delete on public.secrets
for each row execute function app.audit_secret();
-- That a secret is used changes its last_used_at alone.
create trigger audit_secret_change after update of version, hosts, expires_at on public.secrets
for each row execute function app.audit_secret();

create function app.audit_resealing() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform app.audit('secret.resealed', 'secret', new.secret_id::text,
    jsonb_build_object('kid', jsonb_build_array(old.kid, new.kid)));
  return null;
end;
$$;
revoke execute on function app.audit_resealing from public, anon, authenticated, service_role;

create trigger audit_resealing after update on app.secret_values
for each row when (old.version = new.version
  and (old.kid, old.sealed, old.vault_id) is distinct from (new.kid, new.sealed, new.vault_id))
execute function app.audit_resealing();
