-- Tables of which there is much and which expires are partitioned by month: what is too old goes as a
-- whole, at once, and leaves no dead rows. The key is a UUIDv7, of which a range is a range of time,
-- or an instant.
--
-- Partitions live where REST does not look, and nobody is granted anything on them: the only way to
-- a row is through the parent, and so through its policy. Beside the months each table has a default
-- partition, for what falls between them: no row is ever refused because nobody made its partition.
--
-- Whoever makes or drops a partition takes its parent's lock first, then that of the default one, of
-- one table at a time, waits at most 300 ms for each, and else lets it be until the next time.

create table app.partitioned (
  name text primary key,
  key text not null check (key in ('id', 'run_id', 'at')),
  only_grows boolean not null default false
);
comment on table app.partitioned is
  'Tables of the schema public that are partitioned by month, by a UUIDv7 or by at. only_grows: '
  'nobody changes or deletes a row in a partition either.';
revoke all on table app.partitioned from public, anon, authenticated, service_role;

-- Takes the turn if nobody has it. False: somebody does what the caller was about to do.
create function app.try_turn(topic text) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  return pg_try_advisory_xact_lock(
    hashtextextended(concat_ws('.', 'cloister', try_turn.topic), 0));
end;
$$;
revoke execute on function app.try_turn from public, anon, authenticated, service_role;

create function app.this_month() returns date
language sql stable
set search_path = ''
as $$
  select date_trunc('month', now() at time zone 'UTC')::date;
$$;
revoke execute on function app.this_month from public, anon, authenticated, service_role;

-- Where a month begins, as the key of such a table has it.
create function app.month_floor(key text, month date) returns text
language sql immutable
set search_path = ''
as $$
  select case month_floor.key when 'at'
    then to_char(month_floor.month, 'YYYY-MM-DD 00:00:00+00')
    else app.uuid7_floor(month_floor.month::timestamp at time zone 'UTC')::text end;
$$;
revoke execute on function app.month_floor from public, anon, authenticated, service_role;

create function app.partition_of(name text, month date) returns text
language sql immutable
set search_path = ''
as $$
  select format('app.%I', partition_of.name || to_char(partition_of.month, '_YYYY_MM'));
$$;
revoke execute on function app.partition_of from public, anon, authenticated, service_role;

-- The months that a table has partitions of, oldest first.
create function app.months_of(name text) returns setof date
language sql stable
set search_path = ''
as $$
  select to_date(right(c.relname, 7), 'YYYY_MM') as month
  from pg_catalog.pg_inherits as i
  join pg_catalog.pg_class as c on c.oid = i.inhrelid
  where i.inhparent = format('public.%I', months_of.name)::regclass and c.relname ~ '_\d{4}_\d{2}$'
  order by month;
$$;
revoke execute on function app.months_of from public, anon, authenticated, service_role;

-- What holds for the parent's rows by a trigger for each statement has to be said of every partition.
create function app.guard_partition(kind app.partitioned, partition text) returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format('revoke all on table %s from public, anon, authenticated, service_role', partition);
  if kind.only_grows then
    execute format('create trigger refuse_change before update or delete or truncate on %s
      for each statement execute function app.refuse_change()', partition);
  end if;
end;
$$;
revoke execute on function app.guard_partition from public, anon, authenticated, service_role;

-- Makes a month's partition and moves into it what the default one caught. False if it is there.
create function app.make_partition(kind app.partitioned, month date) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  partition text := app.partition_of(kind.name, month);
  parts text[] := array[partition, format('public.%I', kind.name),
    format('app.%I', kind.name || '_default'), app.month_floor(kind.key, month),
    app.month_floor(kind.key, (month + interval '1 month')::date), kind.key];
begin
  if to_regclass(partition) is not null then
    return false;
  end if;
  execute format('
    create table %1$s (like %2$s including defaults including constraints including storage);
    lock table only %2$s in share update exclusive mode;
    lock table %3$s in access exclusive mode;
    alter table %3$s disable trigger user;
    with stray as (
      delete from %3$s where %6$s >= %4$L and %6$s < %5$L returning *
    ) insert into %1$s select * from stray;
    alter table %3$s enable trigger user;
    alter table %2$s attach partition %1$s for values from (%4$L) to (%5$L)', variadic parts);
  perform app.guard_partition(kind, partition);
  return true;
end;
$$;
revoke execute on function app.make_partition from public, anon, authenticated, service_role;

-- Whether the default partition caught rows of a month.
create function app.has_strays(kind app.partitioned, month date) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  found_one boolean;
begin
  execute format('select exists (select from app.%I where %I >= %L and %2$I < %4$L)',
    kind.name || '_default', kind.key, app.month_floor(kind.key, month),
    app.month_floor(kind.key, (month + interval '1 month')::date)) into found_one;
  return found_one;
end;
$$;
revoke execute on function app.has_strays from public, anon, authenticated, service_role;

-- Makes the partitions of this month and the months ahead, and of any of the last twelve whose rows
-- the default one caught. Answers how many it made. Where somebody works on a table so long that its
-- lock is not to be had, that table is left for the next time.
create function app.ensure_partitions(months_ahead int) returns int
language plpgsql security definer
set search_path = ''
set lock_timeout = '300ms'
as $$
declare
  kind app.partitioned;
  month date;
  made int := 0;
begin
  if not app.try_turn('partitions') then
    return 0;
  end if;
  for kind in select * from app.partitioned order by name loop
    for step in -12..ensure_partitions.months_ahead loop
      month := (app.this_month() + make_interval(months => step))::date;
      begin
        if step >= 0 or app.has_strays(kind, month) then
          made := made + app.make_partition(kind, month)::int;
        end if;
      exception when lock_not_available then
        raise warning '% is busy: its partition of % is made the next time', kind.name, month;
        exit;
      end;
    end loop;
  end loop;
  return made;
end;
$$;
revoke execute on function app.ensure_partitions from public, anon, authenticated, service_role;

-- Makes a table what the comment above says: its default partition, and those of the months at hand.
create function app.partition_by_month(
  name text, key text, only_grows boolean default false
) returns void
language plpgsql
set search_path = ''
as $$
declare
  kind app.partitioned := row(
    partition_by_month.name, partition_by_month.key, partition_by_month.only_grows);
begin
  execute format('create table app.%1$I partition of public.%2$I default;
    comment on table app.%1$I is ''Rows whose month has no partition.''',
    kind.name || '_default', kind.name);
  perform app.guard_partition(kind, format('app.%I', kind.name || '_default'));
  insert into app.partitioned select kind.*;
  for step in 0..2 loop
    perform app.make_partition(kind, (app.this_month() + make_interval(months => step))::date);
  end loop;
end;
$$;
revoke execute on function app.partition_by_month from public, anon, authenticated, service_role;
