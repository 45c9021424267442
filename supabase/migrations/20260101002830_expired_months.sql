-- What expires by the month: dropped where nothing of it has to stay, else gone through by its key.

-- Whether something of a partition has to stay: its run goes on, or a hold is on it. With few holds,
-- and by an index for each that names a user of runs; else by the time that the rows themselves have.
create function app.has_held(rule record, partition text, since uuid, until uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  held public.legal_holds;
  found_one boolean := rule.key = 'run_id' and exists (
    select from app.going_runs() as id where id >= has_held.since and id < has_held.until);
begin
  for held in select h.* from public.legal_holds as h
    where h.released_at is null and not found_one
  loop
    if rule.name = 'security_events' or held.user_id is null then
      continue when rule.name = 'security_events' and held.agent_id is not null;
      execute format('select exists (select from %s as t where %s >= $1 and %2$s < $2
        and ($3 is null or %3$s = $3))', partition, rule.at, rule.owner)
      into found_one using held.since, held.until, held.user_id;
    else
      found_one := exists (select from public.runs as r where r.owner_id = held.user_id
        and r.id >= has_held.since and r.id < has_held.until
        and coalesce(r.agent_id = held.agent_id, true));
    end if;
    exit when found_one;
  end loop;
  return found_one;
end;
$$;
revoke execute on function app.has_held from public, anon, authenticated, service_role;

-- Drops a month, at once or not at all. A month is read no more and written no more, so the wait is
-- for who holds the parent. Of the audit log a month goes that still has as many entries as were
-- found whole: where one was removed since then, all of them are looked at anew.
create function app.drop_partition(name text, partition text, entries bigint default null)
returns boolean
language plpgsql
set search_path = ''
set lock_timeout = '100ms'
as $$
declare
  counted bigint;
begin
  if name = 'audit_log' then
    perform from app.audit_head as h for update;
  end if;
  execute format('lock table only public.%I in access exclusive mode', name);
  if entries is not null then
    execute format('lock table %s in access exclusive mode', partition);
    execute format('select count(*) from %s', partition) into counted;
    if counted <> entries then
      delete from app.expiry_marks as m where m.name = 'audit';
      return false;
    end if;
  end if;
  execute format('drop table %s', partition);
  return true;
exception when lock_not_available then
  return false;
end;
$$;
revoke execute on function app.drop_partition from public, anon, authenticated, service_role;

-- Goes through a table, or a partition, by its key up to a border, some thousand rows at a time, and
-- removes what is not held. All rows of the last key go together, so that the mark says all.
create function app.thin(
  round app.expiry, kind text, partition text, until uuid
) returns app.expiry
language plpgsql
set search_path = ''
as $$
declare
  rule record := app.expiring_months(thin.kind);
  mark app.expiry_marks;
  last uuid;
  gone bigint;
  free text := rule.which || ' and not ' || app.held_where(rule.owner, rule.agent, rule.at, rule.over);
begin
  select m.* into mark from app.expiry_marks as m where m.name = kind || ' ' || partition;
  -- Runs that had not ended are looked at again, once a day.
  if mark.name is null or (kind = 'runs' and mark.begun_at < now() - interval '1 day') then
    mark := row(kind || ' ' || partition, '00000000-0000-0000-0000-000000000000', false,
      clock_timestamp());
  end if;
  if round.dry then
    execute format('select count(*) from %s as t where t.%I > $1 and t.%2$I < $2 and %s',
      partition, rule.key, free) into gone using mark.after::uuid, thin.until;
    return app.tallied(round, kind, gone);
  end if;
  loop
    exit when app.is_over(round);
    execute format('select k from (select t.%1$I as k from %2$s as t
      where t.%1$I > $1 and t.%1$I < $2 order by t.%1$I limit %3$s) as page
      order by k desc limit 1',
      rule.key, partition, least(round.rows_left, 5000)) into last
    using mark.after::uuid, thin.until;
    mark.done := last is null;
    exit when mark.done;
    execute format('with gone as (
        delete from %s as t where t.%I > $1 and t.%2$I <= $2 and %s returning 1
      ) select count(*) from gone', partition, rule.key, free) into gone
    using mark.after::uuid, last;
    mark.after := last;
    round := app.tallied(round, kind, gone);
  end loop;
  insert into app.expiry_marks as m select mark.*
  on conflict on constraint expiry_marks_pkey do update
  set after = excluded.after, done = excluded.done, begun_at = excluded.begun_at;
  return round;
end;
$$;
revoke execute on function app.thin from public, anon, authenticated, service_role;

-- Months of a table that have ended before a moment.
create function app.months_before(name text, moment timestamptz) returns setof date
language sql stable
set search_path = ''
as $$
  select m from app.months_of(months_before.name) as m
  where (m + interval '1 month')::timestamp at time zone 'UTC' <= months_before.moment order by m;
$$;
revoke execute on function app.months_before from public, anon, authenticated, service_role;

-- Removes the months of a table that are too old: drops one, or thins it. Logs are looked for in those
-- months alone whose events are still kept.
create function app.expire_months(round app.expiry, kind text, since timestamptz)
returns app.expiry
language plpgsql
set search_path = ''
as $$
declare
  rule record := app.expiring_months(expire_months.kind);
  month date;
  partition text;
  until uuid;
  gone bigint;
begin
  for month in
    select m from app.months_before(rule.name, since) as m
    where kind <> 'logs' or m >= coalesce(
      date_trunc('month', app.kept_since('events') at time zone 'UTC'), '-infinity')
    order by m
  loop
    exit when app.is_over(round);
    partition := app.partition_of(rule.name, month);
    until := app.month_floor('id', (month + interval '1 month')::date);
    if kind = 'logs'
      or app.has_held(rule, partition, app.month_floor('id', month)::uuid, until) then
      round := app.thin(round, kind, partition, until);
      continue;
    end if;
    execute format('select count(*) from %s', partition) into gone;
    if round.dry or app.drop_partition(rule.name, partition) then
      round := app.tallied(round, kind, gone);
      round.partitions := round.partitions || partition;
      delete from app.expiry_marks as m where m.name like '% ' || partition and not round.dry;
      round.rows_left := case when round.dry then round.rows_left else 0 end;
    end if;
    round.more := round.more or not round.dry;
  end loop;
  return round;
end;
$$;
revoke execute on function app.expire_months from public, anon, authenticated, service_role;

-- Removes runs, after what belongs to them: those of months whose events and calls are gone, or held.
create function app.expire_runs(round app.expiry, since timestamptz) returns app.expiry
language plpgsql
set search_path = ''
as $$
declare
  border date := date_trunc('month', since at time zone 'UTC')::date;
  month date;
  part record;
begin
  if not round.dry then
    for part in values ('events', 'run_events'), ('tool_calls', 'tool_calls') loop
      for month in select m from app.months_of(part.column2) as m loop
        if not exists (
          select from app.expiry_marks as m
          where m.name = part.column1 || ' ' || app.partition_of(part.column2, month) and m.done
        ) then
          border := least(border, month);
        end if;
      end loop;
    end loop;
  end if;
  return app.thin(round, 'runs', 'public.runs',
    app.uuid7_floor(border::timestamp at time zone 'UTC'));
end;
$$;
revoke execute on function app.expire_runs from public, anon, authenticated, service_role;
