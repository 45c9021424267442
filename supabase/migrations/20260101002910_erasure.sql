-- Erasing a person on request. Everything that refers to their account goes with it; what only names
-- them is found in the catalogue, so that a table of a later chapter is not left behind. What stays is
-- what nobody may change: the audit log, whose chain goes on holding, evidence, and holds.

-- Whether somebody must keep what a user has: a hold on them, on one of their agents, on an incident
-- of theirs, or on one of everybody's in which there was an account.
create function app.user_is_held(user_id uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return app.is_held(user_is_held.user_id, null, coalesce((
    select u.created_at from auth.users as u where u.id = user_is_held.user_id), '-infinity'));
end;
$$;
revoke execute on function app.user_is_held from public, anon, authenticated, service_role;

-- What names a user without being theirs: who did something is forgotten, what is about them goes. Not
-- in the records that nobody changes, which say so by their trigger refuse_change, nor where a row of
-- somebody else's is frozen.
create function app.forget_mentions(user_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  mention record;
begin
  for mention in
    select c.oid::regclass as relation, quote_ident(a.attname) as name, a.attname ~ '_by$' as who,
      a.atttypid <> 'uuid'::regtype as in_text
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
      and not exists (
        select from pg_trigger as t where t.tgrelid = c.oid and t.tgname = 'refuse_change')
      and (a.atttypid = 'uuid'::regtype and (a.attname in ('owner_id', 'user_id', 'subject', 'target')
          or a.attname ~ '_by$' and not a.attnotnull)
        or a.atttypid = 'text'::regtype and a.attname = 'subject')
  loop
    begin
      execute case when mention.who
        then format('update %1$s set %2$s = null where %2$s = $1', mention.relation, mention.name)
        when mention.in_text
        then format('delete from %s where %s = $1::text', mention.relation, mention.name)
        else format('delete from %s where %s = $1', mention.relation, mention.name) end
      using forget_mentions.user_id;
    exception when insufficient_privilege then
      continue;
    end;
  end loop;
end;
$$;
revoke execute on function app.forget_mentions from public, anon, authenticated, service_role;

-- Runs first and in parts: they are what there is most of. True when none is left.
create function app.erase_runs(user_id uuid, max int) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  perform app.queue_drop(r.id) from public.runs as r
  where r.owner_id = erase_runs.user_id and r.status = 'queued';
  delete from public.runs as r where r.id in (
    select d.id from public.runs as d where d.owner_id = erase_runs.user_id limit erase_runs.max);
  return not exists (select from public.runs as r where r.owner_id = erase_runs.user_id);
end;
$$;
revoke execute on function app.erase_runs from public, anon, authenticated, service_role;

-- Auth keeps a log of its own, with names and addresses. Where it is not ours to change, it stays.
create function app.erase_from_auth(user_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from auth.users as u where u.id = erase_from_auth.user_id;
  if to_regclass('auth.audit_log_entries') is not null then
    execute 'delete from auth.audit_log_entries as e
      where $1 in (e.payload ->> ''actor_id'', e.payload #>> ''{traits,user_id}'')'
    using erase_from_auth.user_id::text;
  end if;
exception when insufficient_privilege then
  delete from auth.users as u where u.id = erase_from_auth.user_id;
end;
$$;
revoke execute on function app.erase_from_auth from public, anon, authenticated, service_role;

-- Contents in Storage are nobody's from here on, and garbage: the id of nobody stands for the owner
-- until they are removed from there.
create function app.erase_account(user_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  names text[] := app.names_of(erase_account.user_id);
begin
  perform app.audit('user.erased', 'user', erase_account.user_id::text);
  delete from public.quarantines as q where q.target::text = any (names);
  delete from app.tool_budgets as b where b.subject::text = any (names);
  delete from public.alerts as a where a.subject = any (names);
  perform app.erase_from_auth(erase_account.user_id);
  update app.file_objects as o set owner_id = '00000000-0000-0000-0000-000000000000',
    dropped_at = coalesce(o.dropped_at, clock_timestamp())
  where o.owner_id = erase_account.user_id;
  perform app.forget_mentions(erase_account.user_id);
end;
$$;
revoke execute on function app.erase_account from public, anon, authenticated, service_role;

create function app.erase_user(user_id uuid, max_runs int) returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  running int;
begin
  perform app.require('admin');
  perform app.require_person();
  perform from auth.users as u where u.id = erase_user.user_id for update;
  if not found then
    perform app.refuse(404, 'not_found', 'There is no such user.');
  elsif erase_user.user_id = (select auth.uid()) then
    perform app.refuse(400, 'invalid_request', 'Nobody erases themselves: another administrator does.');
  elsif app.user_is_held(erase_user.user_id) then
    perform app.refuse(409, 'held', 'A legal hold keeps what this user has.');
  end if;
  if not app.is_quarantined('user', erase_user.user_id) then
    perform app.quarantine('user', erase_user.user_id, 'The account is being erased.');
  end if;
  select count(*) into running from public.runs as r
  where r.owner_id = erase_user.user_id and r.status = 'running';
  if running > 0 or not app.erase_runs(erase_user.user_id, erase_user.max_runs) then
    return json_build_object('erased', false, 'running', running);
  end if;
  perform app.erase_account(erase_user.user_id);
  return json_build_object('erased', true, 'running', 0);
end;
$$;
revoke execute on function app.erase_user from public, anon, authenticated, service_role;
grant execute on function app.erase_user to authenticated;

create function public.erase_user(user_id uuid, max_runs int default 500) returns json
language sql
set search_path = ''
as $$
  select app.erase_user(erase_user.user_id, least(greatest(erase_user.max_runs, 1), 10000));
$$;
comment on function public.erase_user is
  'Erases a user and everything of theirs but entries of the audit log, evidence and holds, for '
  'administrators: {erased, running}. The first call stops them and asks their runs to end; it is '
  'called again until erased is true. Errors: forbidden, not_found, held, last_admin, '
  'invalid_request.';
revoke execute on function public.erase_user from public, anon, authenticated, service_role;
grant execute on function public.erase_user to authenticated;
