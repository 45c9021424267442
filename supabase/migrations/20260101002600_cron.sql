-- What can be written as a cron line, and as a time zone: five fields, minute, hour, day of the month,
-- month and day of the week, read as the npm package croner reads them, in a zone of the IANA database.

create type app.cron_fields as (
  minutes int[], hours int[], days int[], months int[], weekdays int[],
  any_day boolean, any_weekday boolean, fixed boolean
);
comment on type app.cron_fields is
  'A cron line, read: the values of its fields, sorted. Where neither days nor weekdays are any, one '
  'of them is enough. A fixed line names a time of day.';

-- One value of a field, as a number or by name, or null.
create function app.cron_value(said text, low int, high int, names text[]) returns int
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  value int := case when said ~ '^[0-9]' then said::int
    else array_position(names, said) - 1 + low end;
begin
  return case when value between low and high then value end;
end;
$$;
revoke execute on function app.cron_value from public, anon, authenticated, service_role;

-- What a part of a field says, such as 5, 1-5, */2 or mon-fri, or null. A star and a step know as many
-- values as there are; seven is a Sunday, too, so that a week may end with one.
create function app.cron_part(part text, low int, high int, count int, names text[])
returns int[]
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  said text := split_part(part, '/', 1);
  until text := split_part(said, '-', 2);
  first int := low;
  last int := low + count - 1;
  step int := 1;
begin
  -- Without groups to remember, which would cost more than all of the rest.
  if part !~ '^(?:(?:\*|(?:[0-9]{1,2}|[a-z]{3})-(?:[0-9]{1,2}|[a-z]{3}))(?:/[0-9]{1,2})?|[0-9]{1,2}|[a-z]{3})$' then
    return null;
  elsif said <> '*' then
    first := app.cron_value(split_part(said, '-', 1), low, high, names);
    last := case until when '' then first else app.cron_value(until, low, high, names) end;
    if until = 'sun' and names[1] = 'sun' then
      last := high;
    end if;
  end if;
  if said <> part then
    step := split_part(part, '/', 2);
  end if;
  if coalesce(first > last, true) or step not between 1 and count then
    return null;
  end if;
  return array(select generate_series(first, last, step));
end;
$$;
revoke execute on function app.cron_part from public, anon, authenticated, service_role;

-- What a field says, sorted, or null.
create function app.cron_values(
  field text, low int, high int, count int, names text[] default '{}'
) returns int[]
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  part text;
  more int[];
  found int[] := '{}';
begin
  foreach part in array string_to_array(lower(field), ',') loop
    more := app.cron_part(part, low, high, count, names);
    if more is null then
      return null;
    end if;
    found := found || more;
  end loop;
  if position(',' in field) = 0 and found[cardinality(found)] < low + count then
    return found;
  end if;
  return array(select distinct (v - low) % count + low from unnest(found) as v order by 1);
end;
$$;
revoke execute on function app.cron_values from public, anon, authenticated, service_role;

-- Whether there is a date that a line of no weekdays names: a 30th of February there is not.
create function app.has_dates(months int[], days int[]) returns boolean
language sql immutable parallel safe
set search_path = ''
as $$
  select exists (
    select from unnest(months) as m
    where days[1] <= ('{31,29,31,30,31,30,31,31,30,31,30,31}'::int[])[m]);
$$;
revoke execute on function app.has_dates from public, anon, authenticated, service_role;

-- Reads a line, or refuses it with the reason.
create function app.read_cron(cron text) returns app.cron_fields
language plpgsql immutable
set search_path = ''
as $$
declare
  fields text[] := string_to_array(cron, ' ');
  line app.cron_fields;
begin
  if cron is null or length(cron) > 200 or cardinality(fields) <> 5 then
    perform app.refuse(400, 'invalid_request', 'A cron line has five fields with single spaces '
      'between them: minute, hour, day of the month, month, day of the week.');
  end if;
  line.minutes := app.cron_values(fields[1], 0, 59, 60);
  line.hours := app.cron_values(fields[2], 0, 23, 24);
  line.days := app.cron_values(fields[3], 1, 31, 31);
  line.months := app.cron_values(fields[4], 1, 12, 12,
    '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
  line.weekdays := app.cron_values(fields[5], 0, 7, 7, '{sun,mon,tue,wed,thu,fri,sat}');
  if num_nulls(line.minutes, line.hours, line.days, line.months, line.weekdays) > 0 then
    perform app.refuse(400, 'invalid_request', format('The cron line''s %s is none: fields are made '
      'of *, numbers, names, lists (1,2), ranges (1-5) and steps (*/5, 1-9/2).', case
        when line.minutes is null then 'minute' when line.hours is null then 'hour'
        when line.days is null then 'day of the month' when line.months is null then 'month'
        else 'day of the week' end));
  end if;
  line.any_day := fields[3] = '*';
  line.any_weekday := fields[5] = '*';
  line.fixed := (fields[1] || fields[2]) !~ '[*/]'
    and cardinality(line.minutes) = 1 and cardinality(line.hours) = 1;
  if line.any_weekday and not app.has_dates(line.months, line.days) then
    perform app.refuse(400, 'invalid_request', 'The cron line never fires: no such month has such '
      'a day.');
  end if;
  return line;
end;
$$;
revoke execute on function app.read_cron from public, anon, authenticated, service_role;

-- Refuses what is no name of the IANA database. Postgres takes more for a time zone: abbreviations,
-- which mean something else each half of a year, and rules such as X5.
create function app.refuse_time_zone(time_zone text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if coalesce(time_zone ~ '^(UTC|GMT|[A-Za-z_]+(/[A-Za-z_-]+){1,2}|Etc/GMT(\+([0-9]|1[0-2])|-([0-9]|1[0-4])))$',
    false) then
    begin
      perform now() at time zone time_zone;
      return;
    exception when invalid_parameter_value then
      null; -- there is none
    end;
  end if;
  perform app.refuse(400, 'invalid_request',
    'There is no such time zone. Zones have names such as UTC or Europe/Berlin.');
end;
$$;
revoke execute on function app.refuse_time_zone from public, anon, authenticated, service_role;
