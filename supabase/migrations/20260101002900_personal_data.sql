-- What the project knows about one person, handed out whole on request. What belongs to a user is read
-- from the catalogue, so that a table of a later chapter is not forgotten: it is theirs by its column
-- owner_id or user_id.

create function app.owner_column(relation oid) returns name
language sql stable
set search_path = ''
as $$
  select a.attname from pg_attribute as a
  where a.attrelid = owner_column.relation and a.attname in ('owner_id', 'user_id')
    and a.atttypid = 'uuid'::regtype and not a.attisdropped
  order by a.attname limit 1;
$$;
revoke execute on function app.owner_column from public, anon, authenticated, service_role;

-- Whom an entry of the audit log is about: the ids that it may name as what was changed.
create function app.names_of(user_id uuid) returns text[]
language plpgsql stable
set search_path = ''
as $$
begin
  return array(
    select names_of.user_id::text
    union all select a.id::text from public.agents as a where a.owner_id = names_of.user_id
    union all select k.id::text from public.api_keys as k where k.owner_id = names_of.user_id);
end;
$$;
revoke execute on function app.names_of from public, anon, authenticated, service_role;

-- The sections of an export: what the API shows of a user (the tables of public), and what was set or
-- counted for them. Not what the machine keeps to itself, such as hashes, locked values and claims. In
-- a condition $1 is the user; rows of runs are found by their run, in whose order they lie. Nor that an
-- investigation holds something of theirs, and why: whoever is told has been warned.
create function app.personal_sections()
returns table (section text, relation oid, condition text, sorted_by text[])
language sql stable
set search_path = ''
as $$
  with tables as (
    select c.oid, c.relkind, c.relname::text as name, app.owner_column(c.oid) as owner, array(
      select a.attname::text
      from pg_index as i
      cross join unnest(i.indkey::int2[]) with ordinality as k (num, nth)
      join pg_attribute as a on a.attrelid = c.oid and a.attnum = k.num
      where i.indrelid = c.oid and i.indisprimary order by k.nth
    ) as sorted_by
    from pg_class as c
    where c.relkind in ('r', 'p') and not c.relispartition
      and (c.relnamespace = 'public'::regnamespace
        or c.oid in (to_regclass('app.user_roles'), to_regclass('app.cpu_usage'),
          to_regclass('app.dead_letters'), to_regclass('app.tool_budgets')))
      and c.oid is distinct from to_regclass('public.legal_holds')
  )
  select t.name, t.oid, case
      when t.name = 'audit_log' then
        'actor_id = $1 or resource_id = any (app.names_of($1))'
      when t.name = 'tool_budgets' then
        'scope = ''user'' and subject = $1'
      when t.relkind = 'p' and t.sorted_by[1] = 'run_id' then
        'run_id in (select r.id from public.runs as r where r.owner_id = $1)'
      else format('%I = $1', t.owner) end,
    t.sorted_by
  from tables as t
  where cardinality(t.sorted_by) > 0
    and (t.owner is not null or t.name in ('audit_log', 'tool_budgets'))
  order by t.name;
$$;
revoke execute on function app.personal_sections from public, anon, authenticated, service_role;

-- What Auth knows of an account, without what proves who somebody is.
create function app.account_of(user_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  account jsonb;
  linked jsonb;
begin
  select jsonb_object_agg(e.key, e.value) into account
  from auth.users as u cross join jsonb_each(to_jsonb(u)) as e
  where u.id = account_of.user_id and e.key in ('id', 'email', 'phone', 'created_at', 'updated_at',
    'last_sign_in_at', 'email_confirmed_at', 'raw_user_meta_data', 'raw_app_meta_data');
  if to_regclass('auth.identities') is not null then
    execute 'select jsonb_agg(to_jsonb(i) - ''id'' order by i.provider) from auth.identities as i
      where i.user_id = $1' into linked using account_of.user_id;
  end if;
  return account || jsonb_build_object('identities', coalesce(linked, '[]'));
end;
$$;
revoke execute on function app.account_of from public, anon, authenticated, service_role;

-- A row as it is handed out: without what only the server may hold or what comes as a file, and in the
-- audit log without who else was at work, and from where.
create function app.personal_row(section text, said jsonb, user_id uuid) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case when section = 'audit_log' and said ->> 'actor_id' is distinct from user_id::text
    then said - array['actor_id', 'key_id', 'address', 'user_agent', 'request_id']
    else said - array['program', 'seal', 'content', 'sealed', 'vault_id', 'secret_hash',
      'request_hash'] end;
$$;
revoke execute on function app.personal_row from public, anon, authenticated, service_role;

-- Rows of a section after one of them, in the order of their keys: at most so many, and at most some
-- megabytes. said is the row as the text of a JSON object, so that no number in it changes on the way;
-- place is what to go on after.
create function app.personal_rows(user_id uuid, section text, after jsonb, max int)
returns table (said text, place jsonb)
language plpgsql stable
set search_path = ''
as $$
declare
  part record;
  keyset text;
  entry jsonb;
  bytes int := 0;
begin
  if personal_rows.section = 'account' then
    return query select app.account_of(personal_rows.user_id)::text, '{}'::jsonb
    where personal_rows.after is null;
    return;
  end if;
  select s.* into part from app.personal_sections() as s where s.section = personal_rows.section;
  if not found then
    perform app.refuse(400, 'invalid_request', 'There is no such section.');
  end if;
  select format('(%s) > (%s)', string_agg(format('t.%I', k.name), ', ' order by k.nth),
    string_agg(format('($2 ->> %L)::%s', k.name, format_type(a.atttypid, a.atttypmod)), ', '
      order by k.nth))
  into keyset
  from unnest(part.sorted_by) with ordinality as k (name, nth)
  join pg_attribute as a on a.attrelid = part.relation and a.attname = k.name;
  for entry in execute format(
    'select to_jsonb(t) from (select * from %s where %s) as t where %s order by %s limit $3',
    part.relation::regclass, part.condition,
    case when personal_rows.after is null then 'true' else keyset end,
    (select string_agg(format('t.%I', k), ', ') from unnest(part.sorted_by) as k))
  using personal_rows.user_id, personal_rows.after, least(greatest(personal_rows.max, 1), 1000)
  loop
    personal_rows.said := app.personal_row(part.section, entry, personal_rows.user_id)::text;
    personal_rows.place := (select jsonb_object_agg(k, entry -> k) from unnest(part.sorted_by) as k);
    bytes := bytes + octet_length(personal_rows.said);
    return next;
    exit when bytes > 4000000;
  end loop;
end;
$$;
revoke execute on function app.personal_rows from public, anon, authenticated, service_role;

-- Only the person, never a key: a key of one agent would take everything with it.
create function app.export_personal_data(section text, after jsonb, max int)
returns table (said text, place jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform app.require('agents:read');
  if not app.is_person() then
    perform app.refuse(403, 'forbidden', 'A program does not hand out a person''s data.');
  end if;
  if export_personal_data.section is null then
    return query select 'account', '{}'::jsonb
    union all select s.section, '{}'::jsonb from app.personal_sections() as s;
  else
    return query select * from app.personal_rows((select auth.uid()), export_personal_data.section,
      export_personal_data.after, export_personal_data.max);
  end if;
end;
$$;
revoke execute on function app.export_personal_data from public, anon, authenticated, service_role;
grant execute on function app.export_personal_data to authenticated;

create function public.export_personal_data(
  section text default null, after jsonb default null, max int default 200
) returns table (said text, place jsonb)
language sql stable
set search_path = ''
as $$
  select * from app.export_personal_data(export_personal_data.section, export_personal_data.after,
    export_personal_data.max);
$$;
comment on function public.export_personal_data is
  'What is known about the caller: the names of the sections, or the rows of one, each as the text of '
  'a JSON object, after a place. Not for API keys. Errors: forbidden, session_revoked, '
  'invalid_request.';
revoke execute on function public.export_personal_data from public, anon, authenticated, service_role;
grant execute on function public.export_personal_data to authenticated;
