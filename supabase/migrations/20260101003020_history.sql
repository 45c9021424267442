-- What came of a user's runs: counted by day and by agent, as charts want it. Row level security
-- decides which runs are counted: a key of one agent counts those of that agent.

-- The last days in a time zone, today among them; their first moment, and an id before all that
-- were made since: whoever starts a run makes its id, by a clock that may be an hour behind. Nobody
-- counts twice at once: who tries is refused, and waits for nothing.
create function app.usage_span(
  days int, time_zone text, out first date, out last date, out since timestamptz, out floor uuid
)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform app.require('agents:read');
  perform app.refuse_time_zone(time_zone);
  if coalesce(days not between 1 and 90, true) then
    perform app.refuse(400, 'invalid_request', 'Usage is told of 1 to 90 days.');
  end if;
  if not pg_try_advisory_xact_lock(
    hashtextextended(concat_ws('.', 'cloister', 'usage', auth.uid()), 0)) then
    perform app.refuse(429, 'rate_limited', 'Your usage is being counted already.');
  end if;
  last := (now() at time zone time_zone)::date;
  first := last - (days - 1);
  since := first::timestamp at time zone time_zone;
  floor := app.uuid7_floor(since - interval '1 hour');
end;
$$;
revoke execute on function app.usage_span from public, anon, authenticated, service_role;
grant execute on function app.usage_span to authenticated;

-- The newest runs of the caller, of one agent or of all; each way has its index. There is an end to
-- counting, so that nobody keeps the database busy with the history of years. What a run's usage
-- says counts where a clock could have measured it, and no run takes longer than a day.
create function app.counted_runs(floor uuid, since timestamptz, agent_id uuid)
returns table (agent text, status text, created_at timestamptz, wall_ms numeric, cpu_ms numeric)
language sql stable rows 1000
set search_path = ''
as $$
  select r.agent_name, r.status, r.created_at,
    case when r.wall ~ '^[0-9]{1,15}(\.[0-9]{1,15})?$' then least(r.wall::numeric, 86400000) end,
    case when r.cpu ~ '^[0-9]{1,15}(\.[0-9]{1,15})?$' then least(r.cpu::numeric, 86400000) end
  from (
    (select a.agent_name, a.status, a.created_at, a.usage ->> 'wall_ms', a.usage ->> 'cpu_ms'
    from public.runs as a
    where counted_runs.agent_id is null and a.owner_id = (select auth.uid())
      and a.id >= counted_runs.floor
    order by a.id desc limit 5000)
    union all
    (select o.agent_name, o.status, o.created_at, o.usage ->> 'wall_ms', o.usage ->> 'cpu_ms'
    from public.runs as o
    where o.agent_id = counted_runs.agent_id and o.owner_id = (select auth.uid())
      and o.id >= counted_runs.floor
    order by o.id desc limit 5000)
  ) as r (agent_name, status, created_at, wall, cpu)
  where r.created_at >= counted_runs.since;
$$;
revoke execute on function app.counted_runs from public, anon, authenticated, service_role;
grant execute on function app.counted_runs to authenticated;

-- How it went with some runs, as usage_by_day() tells it.
create function app.tally(statuses text[], wall_ms numeric[], cpu_ms numeric[]) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'runs', coalesce(cardinality(array_remove(tally.statuses, null)), 0),
    'statuses', (
      select jsonb_object_agg(known.status, coalesce(found.runs, 0))
      from unnest(array['queued', 'running', 'succeeded', 'failed', 'timed_out', 'out_of_memory',
        'output_exceeded', 'cancelled', 'lost']) as known (status)
      left join (
        select s.status, count(*) as runs from unnest(tally.statuses) as s (status) group by 1
      ) as found using (status)),
    'cpu_ms', (select coalesce(round(sum(c), 1), 0) from unnest(tally.cpu_ms) as c))
    || (
      select jsonb_build_object(
        'wall_ms', coalesce(round(sum(w), 1), 0),
        'wall_p50_ms', round(percentile_cont(0.5) within group (order by w)::numeric, 1),
        'wall_p95_ms', round(percentile_cont(0.95) within group (order by w)::numeric, 1))
      from unnest(tally.wall_ms) as w);
$$;
revoke execute on function app.tally from public, anon, authenticated, service_role;
grant execute on function app.tally to authenticated;

create function public.usage_by_day(
  days int default 30, time_zone text default 'UTC', agent_id uuid default null
) returns jsonb
language sql stable
set search_path = ''
as $$
  with span as materialized (
    select * from app.usage_span(usage_by_day.days, usage_by_day.time_zone)
  ), counted as materialized (
    select r.*, (r.created_at at time zone usage_by_day.time_zone)::date as day
    from span, app.counted_runs(span.floor, span.since, usage_by_day.agent_id) as r
  ), ranked as materialized (
    select c.agent from counted as c
    group by c.agent order by count(*) desc, c.agent limit 20
  ), told as (
    -- All agents that are not among the 20 are one group, which nobody is told of.
    select grouping(d.day) = 0 as of_day, grouping(k.agent) = 0 as of_agent, d.day, k.agent,
      count(c.status) as runs,
      app.tally(array_agg(c.status), array_agg(c.wall_ms), array_agg(c.cpu_ms)) as tally
    from span
    cross join lateral (
      select span.first + n as day from generate_series(0, span.last - span.first) as n) as d
    left join counted as c on c.day = d.day
    left join ranked as k on k.agent = c.agent
    group by grouping sets ((d.day), (k.agent), ())
  )
  select jsonb_build_object(
    'time_zone', usage_by_day.time_zone,
    'counted_since', (
      select case when count(*) >= 5000 then min(c.created_at) end from counted as c),
    'total', (select t.tally from told as t where not t.of_day and not t.of_agent),
    'days', (
      select jsonb_agg(t.tally || jsonb_build_object('day', t.day) order by t.day)
      from told as t where t.of_day),
    'agents', (
      select coalesce(jsonb_agg(
        t.tally || jsonb_build_object('agent', t.agent) order by t.runs desc, t.agent), '[]')
      from told as t where t.of_agent and t.agent is not null));
$$;
comment on function public.usage_by_day is
  'What came of the caller''s runs of the last 1 to 90 days of a time zone, today among them: '
  '{time_zone, counted_since, total, days: [{day, …}], agents: [{agent, …}]} (the 20 with most '
  'runs), each with {runs, statuses, wall_ms, wall_p50_ms, wall_p95_ms, cpu_ms}. The newest 5,000 '
  'runs are counted; where there are more, counted_since is when the first of them was. Counted for '
  'one caller at a time. Errors: forbidden, invalid_request, rate_limited.';
revoke execute on function public.usage_by_day from public, anon, authenticated, service_role;
grant execute on function public.usage_by_day to authenticated;
