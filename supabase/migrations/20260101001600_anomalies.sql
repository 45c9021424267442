-- What is unusual for somebody. Each hour a user's runs and the share of them that failed are held
-- against the same user's hours of the last two weeks. Median and median deviation are used, because
-- one wild hour in the past moves neither (Iglewicz and Hoaglin 1993, modified z-score, above 3.5).

-- How many deviations a value lies above the middle of earlier ones. Where most of those are equal,
-- the mean deviation stands in; where all are, whatever is above is infinitely far.
create function app.robust_z(value float8, earlier float8[]) returns float8
language plpgsql immutable
set search_path = ''
as $$
declare
  median float8;
  deviation float8;
begin
  select percentile_cont(0.5) within group (order by e) into median from unnest(earlier) as e;
  select coalesce(
    nullif(percentile_cont(0.5) within group (order by abs(e - median)), 0) / 0.6745,
    nullif(avg(abs(e - median)), 0) * 1.253314)
  into deviation from unnest(earlier) as e;
  if deviation is null then
    return case when value = median then 0::float8
      when value > median then 'Infinity' else '-Infinity' end;
  end if;
  return (value - median) / deviation;
end;
$$;
revoke execute on function app.robust_z from public, anon, authenticated, service_role;

-- A user's hours with runs before an hour, two weeks back: how many runs, and what share failed.
create function app.hours_before(user_id uuid, hour timestamptz, out runs float8[], out failed float8[])
language plpgsql stable
set search_path = ''
as $$
begin
  select array_agg(hours.runs), array_agg(hours.failed / hours.runs) into runs, failed
  from (
    select count(*)::float8 as runs,
      count(*) filter (where r.status in
        ('failed', 'timed_out', 'out_of_memory', 'output_exceeded', 'lost'))::float8 as failed
    from public.runs as r
    where r.owner_id = hours_before.user_id
      and r.id >= app.uuid7_floor(hours_before.hour - interval '14 days')
      and r.id < app.uuid7_floor(hours_before.hour)
    group by date_trunc('hour', r.created_at)
  ) as hours;
end;
$$;
revoke execute on function app.hours_before from public, anon, authenticated, service_role;

-- What was unusual in an hour. Ten runs are the least that say anything, 24 earlier hours the least
-- to compare with, and a difference has to matter: twice the usual runs, a quarter more failures.
create function app.anomalies_in(hour timestamptz)
returns table (user_id uuid, metric text, value float8, usual float8, z float8)
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with active as (
    select r.owner_id, count(*)::float8 as runs, count(*) filter (where r.status in
      ('failed', 'timed_out', 'out_of_memory', 'output_exceeded', 'lost'))::float8 as failed
    from public.runs as r
    where r.id >= app.uuid7_floor(anomalies_in.hour)
      and r.id < app.uuid7_floor(anomalies_in.hour + interval '1 hour')
    group by r.owner_id
    having count(*) >= 10
  ), measured as (
    select a.owner_id, m.metric, m.value, m.earlier, m.factor, m.margin
    from active as a
    cross join app.hours_before(a.owner_id, anomalies_in.hour) as h
    cross join lateral (values
      ('run_rate', a.runs, h.runs, 2, 0), ('failure_rate', a.failed / a.runs, h.failed, 1, 0.25)
    ) as m (metric, value, earlier, factor, margin)
    where cardinality(h.runs) >= 24
  ), scored as (
    select m.*, app.robust_z(m.value, m.earlier) as z,
      (select percentile_cont(0.5) within group (order by e) from unnest(m.earlier) as e) as usual
    from measured as m
  )
  select s.owner_id, s.metric, s.value, s.usual, s.z from scored as s
  where s.z > 3.5 and s.value >= s.usual * s.factor + s.margin;
end;
$$;
revoke execute on function app.anomalies_in from public, anon, authenticated, service_role;

-- Looks at the last full hour. Whoever looks again finds what was found before, and adds nothing.
create function public.detect_anomalies() returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  hour timestamptz := date_trunc('hour', now()) - interval '1 hour';
begin
  perform app.take_turn('anomalies');
  return (
    select (app.record_events(array_agg(row(app.uuid7(), 'anomaly', now(), 1, a.user_id, null, null,
      null, null, null, null, null, jsonb_build_object('metric', a.metric, 'hour', hour,
        'value', round(a.value::numeric, 3), 'usual', round(a.usual::numeric, 3),
        'z', case when a.z < 'Infinity' then round(a.z::numeric, 1) end))::public.security_events
    ))).recorded
    from app.anomalies_in(hour) as a
    where not exists (
      select from public.security_events as e
      where e.type = 'anomaly' and e.user_id = a.user_id and e.data ->> 'metric' = a.metric
        and (e.data ->> 'hour')::timestamptz = hour
    )
    having count(*) > 0
  );
end;
$$;
comment on function public.detect_anomalies is
  'Notes as a security event, once, what was unusual in the last full hour. Answers how many, or '
  'null for none.';
revoke execute on function public.detect_anomalies from public, anon, authenticated, service_role;
grant execute on function public.detect_anomalies to service_role;
