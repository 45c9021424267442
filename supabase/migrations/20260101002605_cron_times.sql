-- Which times a cron line names. Where clocks change, a line means what it means to the npm package
-- croner, which a simulated year is held against:
--
-- * A line of one minute and one hour names a time of day. It fires once on each of its days: at the
--   first of two such times, and as soon as the clock has jumped over it.
-- * Any other line names what a clock shows. It fires whenever the clock shows it, twice where an
--   hour comes twice, and not where the clock jumps over it.

-- Whether a line fires on a date.
create function app.cron_names(line app.cron_fields, day date) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  return extract(month from day)::int = any (line.months) and (
    (line.any_day and line.any_weekday)
    or (not line.any_day and extract(day from day)::int = any (line.days))
    or (not line.any_weekday and extract(dow from day)::int = any (line.weekdays)));
end;
$$;
revoke execute on function app.cron_names from public, anon, authenticated, service_role;

-- When a clock that jumps over a time has done so, or null where that is another day already.
-- midnight and wall are local times as if they were UTC.
create function app.after_jump(time_zone text, wall timestamp, offsets interval[])
returns timestamptz
language sql stable
set search_path = ''
as $$
  select t from generate_series((wall - offsets[cardinality(offsets)]) at time zone 'UTC',
    (wall - offsets[1]) at time zone 'UTC', interval '1 minute') as t
  where t at time zone time_zone > wall and (t at time zone time_zone)::date = wall::date
  order by t limit 1;
$$;
revoke execute on function app.after_jump from public, anon, authenticated, service_role;

-- When a line fires on a date on which clocks change.
create function app.cron_on_change(
  line app.cron_fields, time_zone text, day date, offsets interval[]
) returns setof timestamptz
language plpgsql stable rows 24
set search_path = ''
as $$
declare
  wall timestamp := day + make_interval(hours => line.hours[1], mins => line.minutes[1]);
begin
  if line.fixed then
    return next coalesce(
      (select min(t) from unnest(offsets) as o
        cross join lateral timezone('UTC', wall - o) as t where t at time zone time_zone = wall),
      app.after_jump(time_zone, wall, offsets));
    return;
  end if;
  return query
  select t from unnest(line.hours) as h cross join unnest(line.minutes) as m
  cross join unnest(offsets) as o
  cross join lateral make_interval(hours => h, mins => m) as passed
  cross join lateral timezone('UTC', day + passed - o) as t
  where t at time zone time_zone = day + passed
  order by t;
end;
$$;
revoke execute on function app.cron_on_change from public, anon, authenticated, service_role;

-- When a line fires on a date that it names, in order: the first so many after a moment.
create function app.cron_on(
  line app.cron_fields, time_zone text, day date, after timestamptz, many int
) returns setof timestamptz
language plpgsql stable rows 24
set search_path = ''
as $$
declare
  midnight timestamptz := day::timestamp at time zone 'UTC';
  -- What local time is ahead of UTC around this date: everywhere it is within -12 and +14 hours.
  offsets interval[] := array(
    select distinct (a at time zone time_zone) - (a at time zone 'UTC')
    from generate_series(midnight - interval '15 hours', midnight + interval '39 hours',
      interval '9 hours') as a order by 1);
  passed int;
  hour int;
  minute int;
  found int := 0;
begin
  if cardinality(offsets) > 1 then
    return query select t from app.cron_on_change(line, time_zone, day, offsets) as t
    where t > after order by t limit many;
    return;
  end if;
  midnight := midnight - offsets[1];
  passed := floor(least(greatest(extract(epoch from after - midnight), -1), 86400) / 60);
  foreach hour in array line.hours loop
    continue when hour < passed / 60;
    foreach minute in array line.minutes loop
      continue when hour * 60 + minute <= passed;
      exit when found = many;
      return next midnight + make_interval(mins => hour * 60 + minute);
      found := found + 1;
    end loop;
  end loop;
end;
$$;
revoke execute on function app.cron_on from public, anon, authenticated, service_role;

-- The first so many times after a moment. What a line names comes again within twelve years: leap
-- days come every eighth year at the longest, and no clock change falls on the same date for ever.
create function app.cron_after(
  line app.cron_fields, time_zone text, after timestamptz, many int
) returns setof timestamptz
language plpgsql stable rows 10
set search_path = ''
as $$
declare
  day date := (after at time zone time_zone)::date;
  last date := day + 4383;
  wanted int := many;
  found int;
begin
  while wanted > 0 and day <= last loop
    if not extract(month from day)::int = any (line.months) then
      day := date_trunc('month', day::timestamp)::date + interval '1 month';
      continue;
    end if;
    if app.cron_names(line, day) then
      return query select t from app.cron_on(line, time_zone, day, after, wanted) as t;
      get diagnostics found = row_count;
      wanted := wanted - found;
    end if;
    day := day + 1;
  end loop;
end;
$$;
revoke execute on function app.cron_after from public, anon, authenticated, service_role;

create function app.next_cron(cron text, time_zone text, after timestamptz) returns timestamptz
language plpgsql stable
set search_path = ''
as $$
begin
  perform app.refuse_time_zone(next_cron.time_zone);
  return (
    select t from app.cron_after(app.read_cron(next_cron.cron), next_cron.time_zone,
      next_cron.after, 1) as t);
end;
$$;
comment on function app.next_cron is
  'When a cron line fires next after a moment. Errors: invalid_request (the line, which never fires '
  'or is none; the time zone).';
revoke execute on function app.next_cron from public, anon, authenticated, service_role;

-- When a line fired last: after one moment, and not after another; or null.
create function app.last_cron(cron text, time_zone text, since timestamptz, until timestamptz)
returns timestamptz
language plpgsql stable
set search_path = ''
as $$
declare
  line app.cron_fields := app.read_cron(last_cron.cron);
  day date := (until at time zone time_zone)::date;
  fired timestamptz;
begin
  while day >= (since at time zone time_zone)::date loop
    if not extract(month from day)::int = any (line.months) then
      day := date_trunc('month', day::timestamp)::date - 1;
      continue;
    end if;
    if app.cron_names(line, day) then
      select max(t) into fired from app.cron_on(line, time_zone, day, since, 2880) as t
      where t <= until;
      exit when fired is not null;
    end if;
    day := day - 1;
  end loop;
  return fired;
end;
$$;
revoke execute on function app.last_cron from public, anon, authenticated, service_role;

create function app.preview_schedule(cron text, time_zone text, how_many int)
returns setof timestamptz
language plpgsql stable security definer rows 10
set search_path = ''
as $$
begin
  perform app.require('agents:read');
  perform app.refuse_time_zone(preview_schedule.time_zone);
  return query
  select t from app.cron_after(app.read_cron(preview_schedule.cron), preview_schedule.time_zone, now(),
    least(preview_schedule.how_many, 50)) as t;
end;
$$;
revoke execute on function app.preview_schedule from public, anon, authenticated, service_role;
grant execute on function app.preview_schedule to authenticated;

create function public.preview_schedule(cron text, time_zone text default 'UTC', how_many int default 5)
returns setof timestamptz
language sql stable rows 10
set search_path = ''
as $$
  select * from app.preview_schedule(
    preview_schedule.cron, preview_schedule.time_zone, preview_schedule.how_many);
$$;
comment on function public.preview_schedule is
  'When a cron line fires next, up to fifty times, without any jitter. Errors: forbidden, '
  'invalid_request (a line that is none or never fires, a time zone that does not exist).';
revoke execute on function public.preview_schedule from public, anon, authenticated, service_role;
grant execute on function public.preview_schedule to authenticated;
